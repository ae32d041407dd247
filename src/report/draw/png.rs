//! A picture as a PNG file (ISO/IEC 15948), 8 bits a channel.

use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::raster::Image;

/// The file's bytes; `dots_per_metre` tells programs its size in print.
pub(crate) fn png(image: &Image, dots_per_metre: u32) -> Result<Vec<u8>, String> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend((image.width as u32).to_be_bytes());
    header.extend((image.height as u32).to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &header);

    let mut density = Vec::new();
    density.extend(dots_per_metre.to_be_bytes());
    density.extend(dots_per_metre.to_be_bytes());
    density.push(1);
    chunk(&mut out, b"pHYs", &density);

    // Each row is stored as its difference from the row above, which is nearly always zero here.
    let stride = 3 * image.width;
    let mut rows = Vec::with_capacity(image.height * (stride + 1));
    for y in 0..image.height {
        let row = &image.rgb[y * stride..(y + 1) * stride];
        rows.push(if y == 0 { 0 } else { 2 });
        if y == 0 {
            rows.extend_from_slice(row);
        } else {
            let above = &image.rgb[(y - 1) * stride..y * stride];
            rows.extend(row.iter().zip(above).map(|(a, b)| a.wrapping_sub(*b)));
        }
    }
    let mut data = vec![0x78, 0x9c];
    data.extend(deflate(&rows).map_err(|e| e.to_string())?);
    data.extend(adler32(&rows).to_be_bytes());
    chunk(&mut out, b"IDAT", &data);
    chunk(&mut out, b"IEND", &[]);
    Ok(out)
}

/// A raw deflate stream: that of a zip entry is one.
fn deflate(bytes: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("rows", options)?;
    archive.write_all(bytes)?;
    let mut archive = ZipArchive::new(archive.finish()?)?;
    let mut raw = Vec::new();
    archive.by_index_raw(0)?.read_to_end(&mut raw)?;
    Ok(raw)
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let sum = crc32(&out[start..]);
    out.extend(sum.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xedb8_8320 } else { c >> 1 })
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    (b << 16) | a
}
