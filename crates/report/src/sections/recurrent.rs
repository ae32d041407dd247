//! Spectra of the recurrent matrices.

use super::{Rendered, Shown, words};
use crate::Error;
use crate::figures::{self, Boundary};
use crate::page::Section;
use crate::tables::Table;
use nullcline_core::analyses::Context;
use nullcline_core::diagnostics::dynamics::recurrent::RecurrentSpectrum;

impl Shown for Vec<RecurrentSpectrum> {
    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        recurrent(self)
    }
}

/// Page and table of the spectra.
fn recurrent(spectra: &[RecurrentSpectrum]) -> Result<Rendered, Error> {
    let eigenvalues: Vec<(String, Vec<[f64; 2]>)> = spectra
        .iter()
        .map(|s| (s.name.clone(), s.eigenvalues.iter().map(|z| [z.re, z.im]).collect()))
        .collect();
    let singular: Vec<(String, Vec<f64>)> =
        spectra.iter().map(|s| (s.name.clone(), s.singular_values.clone())).collect();
    let singular = match spectra {
        [one] => figures::singular_values(&one.singular_values, &[])?,
        _ => figures::singular_values(&[], &singular)?,
    };
    // Gates, leak and nonlinearity stand between these and what grows: no boundary is drawn.
    let plane = figures::complex_plane(&eigenvalues, Boundary::None, "")?;
    let (title, caption) = (
        plane.title.clone(),
        "Eigenvalues of the recurrent weights alone: gates, leak and nonlinearity decide with them what grows.",
    );
    let figures = vec![singular, plane.named("eigenvalues", &title, caption)?];
    let mut rows = vec![];
    for s in spectra {
        let pairs = s.singular_values.iter().zip(&s.eigenvalues).enumerate();
        rows.extend(pairs.map(|(i, (value, z))| (&s.name, i + 1, *value, z)));
    }
    let caption = "Singular values (decreasing) and eigenvalues (by modulus) of each recurrent matrix.";
    let table = Table::of(&rows)
        .column("matrix", "", |r| r.0.as_str())
        .column("index", "", |r| r.1)
        .column("singular_value", "", |r| r.2)
        .columns(["eigenvalue_re", "eigenvalue_im"], |r| [r.3.re, r.3.im])
        .named("spectra", caption);
    let facts = spectra
        .iter()
        .flat_map(|s| {
            let name = if spectra.len() > 1 { format!(" of {}", s.name) } else { String::new() };
            [
                (format!("Spectral radius{name}"), words::number(s.spectral_radius)),
                (
                    format!("Largest singular value{name}"),
                    words::number(s.singular_values.first().copied().unwrap_or(0.0)),
                ),
                (format!("Non-normality{name}"), words::number(s.non_normality)),
            ]
        })
        .collect();
    let intro = "The weights alone: singular values say how much one product can stretch a state, eigenvalues \
        how repeated products would act without the nonlinearity. Where both differ much the matrix is not \
        normal, and eigenvalues alone mislead: non-normality is |W Wᵀ - Wᵀ W| / |W|², both norms Frobenius, \
        from 0 of a normal matrix to at most √2.";
    let section = Section {
        id: "recurrent".into(),
        title: "Recurrent weights".into(),
        method: vec![intro.into()],
        facts,
        figures,
        tables: vec![table],
        ..Section::default()
    };
    Ok(Rendered { section, warnings: vec![] })
}
