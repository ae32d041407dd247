//! A student beside its teacher: coefficients, errors, dynamics.

mod conventional;
mod figures;
mod radd;
mod tables;

use super::Rendered;
use crate::folder::{Folder, Origin};
use crate::report::{Report, Told};
use crate::runner::{Failure, network_file};
use nullcline_core::analyses;
use nullcline_core::analyses::distill::{
    AboutTeacher, Conventional, ConventionalArguments, Exponents, From, Radd, RaddArguments, STUDENT,
};
use std::path::Path;

impl Report for RaddArguments {
    fn origin(&self, place: &Path) -> Result<Origin, analyses::Error> {
        Ok(Origin::files("distill radd", &[&self.file], place))
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.file)
    }

    fn tell(&self, found: &Radd) -> Result<Told, Failure> {
        Ok(told(&found.about, self.seed, radd::describe(found), radd::radd(found)?))
    }

    fn write(&self, r: &Radd, folder: &Folder) -> Result<(), Failure> {
        let readout = r.readout.as_ref().map(|(weight, bias)| (weight.as_ref(), bias.as_slice()));
        network_file(folder, STUDENT, &r.architecture, &r.student.rule(), readout, None, &[], vec![])
    }
}

impl Report for ConventionalArguments {
    fn origin(&self, place: &Path) -> Result<Origin, analyses::Error> {
        Ok(Origin::files("distill conventional", &[&self.file], place))
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.file)
    }

    fn tell(&self, found: &Conventional) -> Result<Told, Failure> {
        let rendered = conventional::conventional(found)?;
        Ok(told(&found.about, self.seed, conventional::describe(found), rendered))
    }

    fn write(&self, c: &Conventional, folder: &Folder) -> Result<(), Failure> {
        let readout = (c.student.readout.weight.as_ref(), &c.student.readout.bias[..]);
        network_file(
            folder,
            STUDENT,
            &c.architecture,
            c.student.rule.as_ref(),
            Some(readout),
            None,
            &[],
            vec![],
        )
    }
}

fn told(about: &AboutTeacher, seed: u64, findings: Vec<String>, rendered: Rendered) -> Told {
    Told {
        subject: about.description.clone(),
        facts: vec![("Teacher".into(), about.description.clone())],
        seed,
        findings,
        warnings: about.notes.clone(),
        modules: vec![rendered],
        ..Told::default()
    }
}
