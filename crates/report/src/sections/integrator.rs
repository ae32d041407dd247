//! How well a network's weights integrate.

use super::{Rendered, Shown, words};
use crate::Error;
use crate::figure::Figure;
use crate::figures::{self, Axes, Series};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use faer::Mat;
use nullcline_core::analyses::Context;
use nullcline_core::analyses::network::{Integration, Samples};
use nullcline_core::linalg::activation::Activation;

impl Shown for Integration {
    fn sentence(&self, _: &Context) -> Option<String> {
        let Some([residual, rounding]) = self.decisive else {
            let (loss, share) = (self.loss_proxy.value, self.loss_proxy.value / self.loss_without);
            return Some(format!(
                "Whether it integrates for ever no finite set of conditions decides for this nonlinearity; its proxy loss is {}, {} % of that \
                 of zero weights.",
                words::number(loss),
                words::number(100.0 * share)
            ));
        };
        let of = match self.activation.activation {
            Activation::Relu => "of the conditions on both signs (7.30)".to_owned(),
            _ => format!("of its first {} moments, which decide all,", self.conditions.general.horizon),
        };
        let (residual, rounding) = (words::number(residual), words::number(rounding));
        Some(match self.perfect()? {
            true => format!("It integrates for ever, to rounding: none {of} is off by more than {residual}."),
            false => format!(
                "It does not integrate for ever: one {of} is off by {residual}, where rounding allows {rounding}."
            ),
        })
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let mut warnings = vec![];
        if self.biased {
            warnings.push(
                "The network has biases, which the theory of integrators has not: losses and conditions are of its weights alone."
                    .to_owned(),
            );
        }
        let section = Section::new("integrator", "Integration")
            .intro(
                "The weights as an integrator, no input seen: moments d · W^q e, which of a perfect linear one are s γ^q; the averaged \
                 loss of the weights as a linear network; the proxy loss of the network with its nonlinearity; and what is missing \
                 of the conditions under which it integrates for ever (Fanthomme and Monasson 2021).",
            )
            .method(
                "The averaged loss is (7.7), a sum over steps and channels, for the inputs' correlation χ. The proxy loss is (7.31), \
                 (7.35) or (7.36). Conditions: (7.14) of linear networks, by the eigenvalues of W on its own rank, and by its first \
                 rank + 1 moments, which decide all others; (7.20) of several channels, by W e and Wᵀ d; (7.30) of ReLU.",
            );
        let section =
            Section { facts: self.facts(), figures: vec![self.figure()?], tables: self.tables(), ..section };
        Ok(Rendered { section: Section { notes: warnings.clone(), ..section }, warnings })
    }
}

/// What is shown of an integrator.
trait Parts {
    fn facts(&self) -> Vec<(String, String)>;
    fn figure(&self) -> Result<Figure, Error>;
    fn tables(&self) -> Vec<TableOut>;
}

impl Parts for Integration {
    fn facts(&self) -> Vec<(String, String)> {
        let list = |v: &[f64]| v.iter().map(|v| words::number(*v)).collect::<Vec<_>>().join(", ");
        let from = match self.samples {
            Samples::Signs => "sum over z = ±1".to_owned(),
            Samples::Given(b) => format!("mean over {}", words::count(b, "sample")),
            Samples::Drawn(b) => format!("mean over {} uniform in [−5, 5]", words::count(b, "sample")),
        };
        let c = &self.conditions;
        let singular = &c.singular_values[..c.singular_values.len().min(self.goal.channels() + 1)];
        vec![
            ("Scale".into(), list(&self.goal.scale)),
            ("Decay".into(), list(&self.goal.decay)),
            (
                format!("Averaged loss of {}", words::count(self.duration, "step")),
                words::number(self.loss_averaged),
            ),
            (format!("Proxy loss ({from})"), words::with_error(self.loss_proxy)),
            ("Rank".into(), c.rank.to_string()),
            ("Largest singular values".into(), list(singular)),
        ]
    }

    fn figure(&self) -> Result<Figure, Error> {
        let (t, d) = (self.duration, self.goal.channels());
        let steps: Vec<f64> = (1..=t).map(|q| q as f64).collect();
        let mut series = vec![];
        for c in 0..d {
            let name =
                |what: &str| if d > 1 { format!("{what}, channel {}", c + 1) } else { what.to_owned() };
            let moments: Vec<f64> = (0..t).map(|q| self.moments[(c, c * t + q)]).collect();
            let targets: Vec<f64> = (1..=t).map(|q| self.goal.target(c, q)).collect();
            series.push(Series::new(&name("moments"), &steps, &moments));
            series.push(Series::new(&name("targets"), &steps, &targets).joined().bare().dashed());
        }
        let axes = Axes { x_whole: true, ..Axes::new("Power q", "d · W^q e") };
        let caption = "Moments of the weights, and what they are of a perfect linear integrator, s γ^q.";
        figures::lines(&series, &axes)?.named("moments", "Moments", caption)
    }

    fn tables(&self) -> Vec<TableOut> {
        let (t, d, n) = (self.duration, self.goal.channels(), self.gradient_averaged.recurrent.nrows());
        let rows: Vec<[usize; 3]> =
            (0..d).flat_map(|c| (0..d).flat_map(move |o| (1..=t).map(move |q| [c, o, q]))).collect();
        let target = |r: &[usize; 3]| if r[0] == r[1] { self.goal.target(r[0], r[2]) } else { 0.0 };
        let moments = Table::of(&rows)
            .column("output", "", |r| r[0] + 1)
            .column("input", "", |r| r[1] + 1)
            .column("power", "", |r| r[2])
            .column("moment", "", |r| self.moments[(r[0], r[1] * t + r[2] - 1)])
            .column("target", "", target)
            .named("moments", "Moments of each channel's encoder at each channel's decoder.");
        let (g, c, r) = (self.conditions.general, self.conditions.channels, self.conditions.relu);
        let residuals = [
            ("7.14", "eigenvalue", g.eigenvalue),
            ("7.14", "scale", g.scale),
            ("7.14", "others", g.others),
            ("7.14", "moments", g.moments),
            ("7.20", "eigenvalue", c.eigenvalue),
            ("7.20", "scale", c.scale),
            ("7.20", "encoders", c.encoders),
            ("7.20", "decoders", c.decoders),
            ("7.20", "modes", c.modes),
            ("7.20", "rest", c.rest),
            ("7.30", "readout", r.readout),
            ("7.30", "state", r.state),
        ];
        let decides = |equation: &str| match (equation, self.activation.activation) {
            _ if !self.activation.is_plain() => false,
            ("7.14", f) => f == Activation::Identity,
            ("7.20", f) => f == Activation::Identity && d > 1,
            (_, f) => f == Activation::Relu && d == 1,
        };
        let mut residuals = residuals.to_vec();
        residuals.sort_by_key(|r| !decides(r.0));
        let residuals = Table::of(&residuals)
            .column("applies", "", |r| if decides(r.0) { "yes" } else { "no" })
            .column("equation", "", |r| r.0)
            .column("condition", "", |r| r.1)
            .column("residual", "", |r| r.2)
            .named(
                "residuals",
                "What is missing of each condition; (7.14) are those of linear networks, (7.20) of linear ones of several channels, (7.30) of ReLU and \
                 one channel. Those that do not apply to this network may be of any size.",
            );
        let units: Vec<String> = (0..n).map(|i| format!("h{i}")).collect();
        let numbers: Vec<usize> = (0..n).collect();
        let whole = |name: &str, m: &Mat<f64>, loss: &str| {
            Table::of(&numbers)
                .column("unit", "", |i| units[*i].as_str())
                .each(&units, |i, j| m[(*i, j)])
                .named(
                    name,
                    format!(
                        "Gradient of the {loss} loss with respect to W, a row for each unit that receives."
                    ),
                )
        };
        vec![
            moments,
            residuals,
            whole("gradient_averaged", &self.gradient_averaged.recurrent, "averaged"),
            whole("gradient_proxy", &self.gradient_proxy.recurrent, "proxy"),
        ]
    }
}
