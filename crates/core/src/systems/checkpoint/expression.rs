//! Weights written as formulas of tensors, as `abs(W*mask)@D` or `b1+b2`.

use super::Error;
use super::effective::Catalogue;
use super::entry::Entry;
use crate::io::tensors::Tensor;
use crate::memory::{allowance, written};
use std::borrow::Cow;

/// More letters are no formula.
const LONGEST: usize = 4096;
/// Deeper brackets neither.
const DEEPEST: usize = 32;

/// The tensor of that name or formula; none where it names one that is not there.
///
/// Formula: from what binds least, rows of blocks `A|B;C|D`, sums and differences, products `*` entry by entry, in which a vector scales
/// columns (W * d is W diag(d)), matrix products `@`, and `abs(A)`, `relu(A)`, `t(A)` (the transpose), `diag(A)` (the diagonal), `off(A)` (A
/// without it), `eye(A)` (1 on the diagonal), `tail(A)` (the last columns, as many as rows), `head(A)` (those before), `(A)` and numbers; `0` is a block of zeros. A name that holds such signs is taken before they
/// are.
///
/// # Errors
/// Shapes that do not go together; a formula that is none.
pub fn read<'a>(all: &Catalogue<'a>, text: &str) -> Result<Option<Entry<'a>>, Error> {
    if let Some(entry) = all.meant(text) {
        return Ok(Some(entry.clone()));
    }
    if text.len() > LONGEST {
        return Err(Error::Command(format!(
            "--map: a formula of {} letters, expected at most {LONGEST}",
            text.len()
        )));
    }
    let Some(mut found) = blocks(all, text, 0)? else { return Ok(None) };
    found.how = None;
    Ok(Some(found))
}

/// What a formula gives: nothing where a name is not there.
type Found<'a> = Result<Option<Entry<'a>>, Error>;

/// The parts of a text between signs that stand outside brackets, each with the sign before it.
fn split<'t>(text: &'t str, signs: &[char]) -> Vec<(Option<char>, &'t str)> {
    let (mut parts, mut depth, mut start, mut sign) = (vec![], 0usize, 0, None);
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 && signs.contains(&c) => {
                parts.push((sign, text[start..i].trim()));
                (start, sign) = (i + c.len_utf8(), Some(c));
            }
            _ => {}
        }
    }
    parts.push((sign, text[start..].trim()));
    parts
}

/// Blocks side by side and one above the other.
fn blocks<'a>(all: &Catalogue<'a>, text: &str, depth: usize) -> Found<'a> {
    if depth > DEEPEST {
        return Err(Error::Command(format!("--map: `{text}` stands in more than {DEEPEST} brackets")));
    }
    let rows = split(text, &[';']);
    if rows.len() == 1 && split(text, &['|']).len() == 1 {
        return sum(all, text, depth);
    }
    let mut grid: Vec<Vec<Option<Entry>>> = vec![];
    for (_, row) in rows {
        let mut own = vec![];
        for (_, block) in split(row, &['|']) {
            match (block, sum(all, block, depth)?) {
                ("0", _) => own.push(None),
                (_, Some(entry)) => own.push(Some(entry)),
                (_, None) => return Ok(None),
            }
        }
        grid.push(own);
    }
    joined(text, &grid).map(Some)
}

/// One matrix of blocks; those of zeros are as large as their neighbours say.
fn joined<'a>(text: &str, grid: &[Vec<Option<Entry<'a>>>]) -> Result<Entry<'a>, Error> {
    let bad = |why: &str| Error::Command(format!("--map {text}: {why}"));
    let wide = grid[0].len();
    if grid.iter().any(|row| row.len() != wide) {
        return Err(bad("rows of unequal numbers of blocks, expected as many in each (0 stands for zeros)"));
    }
    let shape =
        |e: &Entry| e.matrix().or(Some((e.tensor.data.len(), 1))).filter(|_| e.tensor.shape.len() <= 2);
    let size = |k: usize, row: bool| -> Result<usize, Error> {
        let own = (0..if row { wide } else { grid.len() })
            .filter_map(|o| if row { grid[k][o].as_ref() } else { grid[o][k].as_ref() });
        let mut sizes = own.map(|e| shape(e).map(|s| if row { s.0 } else { s.1 }));
        let what = if row { "rows" } else { "columns" };
        let first =
            sizes.next().flatten().ok_or_else(|| bad(&format!("no block tells its number of {what}")))?;
        match sizes.all(|s| s == Some(first)) {
            true => Ok(first),
            false => Err(bad(&format!("blocks beside one another have unequal numbers of {what}"))),
        }
    };
    let heights = (0..grid.len()).map(|k| size(k, true)).collect::<Result<Vec<_>, _>>()?;
    let widths = (0..wide).map(|k| size(k, false)).collect::<Result<Vec<_>, _>>()?;
    let (rows, columns): (usize, usize) = (heights.iter().sum(), widths.iter().sum());
    let parts: Vec<&Entry> = grid.iter().flatten().flatten().collect();
    affordable(rows, columns, parts.iter().map(|p| p.tensor.data.len()).sum())?;
    let mut data = vec![0.0; rows * columns];
    let mut top = 0;
    for (row, height) in grid.iter().zip(&heights) {
        let mut left = 0;
        for (block, width) in row.iter().zip(&widths) {
            for (i, values) in block.iter().flat_map(|b| b.tensor.data.chunks((*width).max(1)).enumerate()) {
                let at = (top + i) * columns + left;
                data[at..at + width].copy_from_slice(values);
            }
            left += width;
        }
        top += height;
    }
    let mut whole = parts[0].with(if columns == 1 { vec![rows] } else { vec![rows, columns] }, data);
    whole.from = parts.iter().flat_map(|p| p.from.iter().copied()).collect();
    Ok(whole)
}

fn sum<'a>(all: &Catalogue<'a>, text: &str, depth: usize) -> Found<'a> {
    if let Some(entry) = all.meant(text) {
        return Ok(Some(entry.clone()));
    }
    let mut total: Option<Entry> = None;
    for (sign, term) in split(text, &['+', '-']) {
        // A sign in front of the first term.
        if term.is_empty() && total.is_none() && sign.is_none() {
            continue;
        }
        let Some(mut term) = product(all, term, depth)? else { return Ok(None) };
        if sign == Some('-') {
            let data = term.tensor.data.iter().map(|v| -v).collect();
            term = term.with(term.tensor.shape.clone(), data);
        }
        total = Some(match total {
            Some(before) => added(&before, &term)?,
            None => term,
        });
    }
    Ok(total)
}

/// Lengths that are not one.
fn sizes(e: &Entry) -> Vec<usize> {
    e.tensor.shape.iter().copied().filter(|s| *s != 1).collect()
}

/// Fails at a matrix that is too large beside the tensors of which it is made.
pub fn affordable(rows: usize, columns: usize, made_of: usize) -> Result<(), Error> {
    let needs = (rows as u64).saturating_mul(columns as u64).saturating_mul(8);
    let limit = allowance(8 * made_of as u64);
    if needs <= limit {
        return Ok(());
    }
    let (needs, limit) = (written(needs), written(limit));
    let why = format!(
        "--map makes a matrix of {rows} x {columns}, {needs} of memory, expected at most {limit}; --memory SIZE allows more"
    );
    Err(Error::Command(why))
}

fn mismatch(e: &Entry, expected: String) -> Error {
    Error::Shape { name: e.name().into(), found: e.tensor.shape.clone(), expected }
}

/// The result of two tensors, made of both.
fn both<'a>(a: &Entry<'a>, b: &Entry<'a>, shape: Vec<usize>, data: Vec<f64>) -> Entry<'a> {
    let mut whole = a.with(shape, data);
    whole.from.extend(&b.from);
    whole
}

/// The sum of tensors of as many values in each dimension.
pub fn added<'a>(a: &Entry<'a>, b: &Entry<'a>) -> Result<Entry<'a>, Error> {
    if sizes(a) != sizes(b) {
        return Err(mismatch(b, format!("{:?}, to be added to `{}`", a.tensor.shape, a.name())));
    }
    let data = a.tensor.data.iter().zip(&b.tensor.data).map(|(a, b)| a + b).collect();
    Ok(both(a, b, a.tensor.shape.clone(), data))
}

fn product<'a>(all: &Catalogue<'a>, text: &str, depth: usize) -> Found<'a> {
    let mut total: Option<Entry> = None;
    for (_, factor) in split(text, &['*']) {
        let Some(factor) = chain(all, factor, depth)? else { return Ok(None) };
        total = Some(match total {
            Some(before) => scaled(&before, &factor)?,
            None => factor,
        });
    }
    Ok(total)
}

/// Entry by entry; a vector scales the columns of a matrix, a number everything.
fn scaled<'a>(a: &Entry<'a>, b: &Entry<'a>) -> Result<Entry<'a>, Error> {
    let (m, v) = if a.tensor.data.len() >= b.tensor.data.len() { (a, b) } else { (b, a) };
    let (values, by) = (&m.tensor.data, &v.tensor.data);
    let columns = m.tensor.shape.last().copied().unwrap_or(1);
    if !(sizes(m) == sizes(v) || by.len() == 1 || sizes(v) == [columns]) {
        let expected = format!("{:?} or [{columns}], to be multiplied with `{}`", m.tensor.shape, m.name());
        return Err(mismatch(v, expected));
    }
    let data = values.iter().enumerate().map(|(i, x)| x * by[i % by.len().max(1)]).collect();
    Ok(both(m, v, m.tensor.shape.clone(), data))
}

fn chain<'a>(all: &Catalogue<'a>, text: &str, depth: usize) -> Found<'a> {
    let mut total: Option<Entry> = None;
    for (_, factor) in split(text, &['@']) {
        let Some(factor) = one(all, factor, depth)? else { return Ok(None) };
        total = Some(match total {
            Some(before) => multiplied(&before, &factor)?,
            None => factor,
        });
    }
    Ok(total)
}

/// A matrix times a matrix or a vector.
pub fn multiplied<'a>(a: &Entry<'a>, b: &Entry<'a>) -> Result<Entry<'a>, Error> {
    let of = |e: &Entry| e.matrix().or((e.tensor.shape.len() == 1).then_some((e.tensor.data.len(), 1)));
    let (rows, inner) =
        a.matrix().ok_or_else(|| mismatch(a, format!("a matrix, to be multiplied with `{}`", b.name())))?;
    let Some((_, columns)) = of(b).filter(|s| s.0 == inner) else {
        return Err(mismatch(b, format!("{inner} rows, to be multiplied with `{}`", a.name())));
    };
    let (x, y) = (&a.tensor.data, &b.tensor.data);
    affordable(rows, columns, x.len() + y.len())?;
    let mut data = vec![0.0; rows * columns];
    for (out, row) in data.chunks_mut(columns.max(1)).zip(x.chunks(inner.max(1))) {
        for (v, line) in row.iter().zip(y.chunks(columns.max(1))) {
            out.iter_mut().zip(line).for_each(|(o, w)| *o += v * w);
        }
    }
    let shape = if b.tensor.shape.len() == 1 { vec![rows] } else { vec![rows, columns] };
    Ok(both(a, b, shape, data))
}

/// A name, a function of what stands in its brackets, or what stands in brackets.
fn one<'a>(all: &Catalogue<'a>, text: &str, depth: usize) -> Found<'a> {
    all.known(text)?;
    if let Some(entry) = all.meant(text) {
        return Ok(Some(entry.clone()));
    }
    if let Some(number) = text.parse::<f64>().ok().filter(|v| v.is_finite()) {
        let tensor = Tensor { name: text.into(), shape: vec![], dtype: "f64".into(), data: vec![number] };
        return Ok(Some(Entry { tensor: Cow::Owned(tensor), from: vec![], how: None }));
    }
    let Some((word, inner)) = text.strip_suffix(')').and_then(|t| t.split_once('(')) else { return Ok(None) };
    let each = |e: &Entry<'a>, f: fn(f64) -> f64| {
        e.with(e.tensor.shape.clone(), e.tensor.data.iter().map(|v| f(*v)).collect())
    };
    let known = ["", "abs", "relu", "t", "diag", "off", "eye", "head", "tail"];
    if !known.contains(&word) {
        return Ok(None);
    }
    let Some(e) = blocks(all, inner, depth + 1)? else { return Ok(None) };
    Ok(Some(match word {
        "abs" => each(&e, f64::abs),
        // What is no number stays so, to be refused.
        "relu" => each(&e, |v| if v.is_finite() { v.max(0.0) } else { v }),
        "t" => e.turned(),
        "diag" | "off" | "eye" => diagonal(word, &e)?,
        "head" | "tail" => parted_columns(word, &e)?,
        _ => e,
    }))
}

/// Of a matrix of more columns than rows the last columns, as many as rows, or those before.
fn parted_columns<'a>(word: &str, e: &Entry<'a>) -> Result<Entry<'a>, Error> {
    let Some((rows, columns)) = e.matrix().filter(|m| m.1 > m.0 && m.0 > 0) else {
        return Err(mismatch(e, format!("more columns than rows, for {word}(...)")));
    };
    let first = columns - rows;
    let of = if word == "head" { 0..first } else { first..columns };
    let data = e.tensor.data.chunks(columns.max(1)).flat_map(|r| r[of.clone()].iter().copied()).collect();
    Ok(e.with(vec![rows, of.len()], data))
}

/// The diagonal of a square matrix, the matrix without it, or ones on it.
fn diagonal<'a>(word: &str, e: &Entry<'a>) -> Result<Entry<'a>, Error> {
    let Some(n) = e.matrix().filter(|m| m.0 == m.1).map(|m| m.0) else {
        return Err(mismatch(e, format!("a square matrix, for {word}(...)")));
    };
    let on = |k: usize| k / n == k % n;
    let values = e.tensor.data.iter().enumerate();
    let data = match word {
        "diag" => values.filter(|(k, _)| on(*k)).map(|(_, v)| *v).collect(),
        "off" => values.map(|(k, v)| if on(k) { 0.0 } else { *v }).collect(),
        _ => values.map(|(k, _)| f64::from(u8::from(on(k)))).collect(),
    };
    Ok(e.with(if word == "diag" { vec![n] } else { vec![n, n] }, data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tensors::Tensors;

    fn file() -> Tensors {
        let tensor = |name: &str, shape: &[usize], data: &[f64]| Tensor {
            name: name.into(),
            shape: shape.to_vec(),
            dtype: "f64".into(),
            data: data.to_vec(),
        };
        Tensors {
            format: "npz",
            tensors: vec![
                tensor("W", &[2, 2], &[1.0, -2.0, 3.0, 4.0]),
                tensor("M", &[2, 2], &[1.0, 0.0, 1.0, 1.0]),
                tensor("D", &[2, 2], &[1.0, 0.0, 0.0, -1.0]),
                tensor("d", &[2], &[1.0, -1.0]),
                tensor("odd+name", &[2], &[5.0, 6.0]),
                tensor("s", &[], &[2.0]),
                tensor("row", &[1, 2], &[7.0, 8.0]),
            ],
            ..Tensors::default()
        }
    }

    /// By hand.
    #[test]
    fn formulas() {
        let file = file();
        let all = Catalogue::of(&file);
        let value =
            |text: &str| read(&all, text).unwrap().map(|e| (e.tensor.shape.clone(), e.tensor.data.clone()));
        for (text, shape, data) in [
            ("W", vec![2, 2], vec![1.0, -2.0, 3.0, 4.0]),
            ("odd+name", vec![2], vec![5.0, 6.0]),
            ("d+odd+name", vec![2], vec![]),
            ("d + d", vec![2], vec![2.0, -2.0]),
            ("abs(W*M)@D", vec![2, 2], vec![1.0, 0.0, 3.0, -4.0]),
            ("abs(W*M)*d", vec![2, 2], vec![1.0, 0.0, 3.0, -4.0]),
            ("relu(W)-s*M", vec![2, 2], vec![-1.0, 0.0, 1.0, 2.0]),
            ("-W", vec![2, 2], vec![-1.0, 2.0, -3.0, -4.0]),
            ("t(W)@d", vec![2], vec![-2.0, -6.0]),
            ("(W+M)@(W+M)", vec![2, 2], vec![-4.0, -14.0, 28.0, 17.0]),
            ("W|0;0|D", vec![4, 4], vec![1., -2., 0., 0., 3., 4., 0., 0., 0., 0., 1., 0., 0., 0., 0., -1.]),
            ("d;d", vec![4], vec![1.0, -1.0, 1.0, -1.0]),
            ("row|row", vec![1, 4], vec![7.0, 8.0, 7.0, 8.0]),
            ("0.75*eye(W)+0.25*W", vec![2, 2], vec![1.0, -0.5, 0.75, 1.75]),
            ("tail(W|M)", vec![2, 2], vec![1.0, 0.0, 1.0, 1.0]),
            ("head(W|t(row))", vec![2, 1], vec![1.0, 3.0]),
            ("diag(W)", vec![2], vec![1.0, 4.0]),
            ("off(W)", vec![2, 2], vec![0.0, -2.0, 3.0, 0.0]),
            ("W+none", vec![], vec![]),
            ("sin(W)", vec![], vec![]),
        ] {
            match value(text) {
                Some(found) => assert_eq!(found, (shape, data), "{text}"),
                None => assert!(data.is_empty(), "{text}"),
            }
        }
        assert_eq!(read(&all, "abs(W*M)@D").unwrap().unwrap().from, ["W", "M", "D"]);
        for text in ["W+d", "W@row", "d@W", "W*row*d|W;W", "0|0;W|W", "W;row|row"] {
            let said = read(&all, text).unwrap_err().to_string();
            assert!(said.contains("expected") || said.contains("block"), "{text}: {said}");
        }
        let deep = format!("{}W{}", "(".repeat(100), ")".repeat(100));
        assert!(read(&all, &deep).unwrap_err().to_string().contains("brackets"));
    }
}
