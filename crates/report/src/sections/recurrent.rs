//! Spectra of the recurrent matrices.

use super::{Rendered, words};
use crate::Error;
use crate::figures::{self, Boundary};
use crate::page::Section;
use crate::tables::{Cells, TableOut};
use nullcline_core::diagnostics::dynamics::recurrent::RecurrentSpectrum;

/// Page and table of the spectra.
pub fn recurrent(spectra: &[RecurrentSpectrum]) -> Result<Rendered, Error> {
    let eigenvalues: Vec<(String, Vec<[f64; 2]>)> = spectra
        .iter()
        .map(|s| (s.name.clone(), s.eigenvalues.iter().map(|z| [z.re, z.im]).collect()))
        .collect();
    let singular: Vec<(String, Vec<f64>)> =
        spectra.iter().map(|s| (s.name.clone(), s.singular_values.clone())).collect();
    let figures = if let [one] = spectra {
        vec![
            figures::singular_values(&one.singular_values, &[])?,
            figures::complex_plane(&eigenvalues, Boundary::UnitCircle, "")?,
        ]
    } else {
        vec![
            figures::singular_values(&[], &singular)?,
            figures::complex_plane(&eigenvalues, Boundary::UnitCircle, "")?,
        ]
    };
    let (mut matrix, mut index, mut value, mut re, mut im) = (vec![], vec![], vec![], vec![], vec![]);
    for s in spectra {
        for (i, (sv, z)) in s.singular_values.iter().zip(&s.eigenvalues).enumerate() {
            matrix.push(s.name.clone());
            index.push(i as i64 + 1);
            value.push(*sv);
            re.push(z.re);
            im.push(z.im);
        }
    }
    let table = TableOut {
        name: "spectra".into(),
        caption: "Singular values (decreasing) and eigenvalues (by modulus) of each recurrent matrix.".into(),
        columns: vec![
            ("matrix".into(), Cells::Text(matrix)),
            ("index".into(), Cells::Int(index)),
            ("singular_value".into(), Cells::Float(value)),
            ("eigenvalue_re".into(), Cells::Float(re)),
            ("eigenvalue_im".into(), Cells::Float(im)),
        ],
    };
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
        intro: vec![intro.into()],
        facts,
        figures,
        tables: vec![table],
        ..Section::default()
    };
    Ok(Rendered { section, warnings: vec![] })
}
