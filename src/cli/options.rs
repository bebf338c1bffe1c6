//! Options that several commands share, and how values are read.

use clap::ValueEnum;

use super::args::group;
use crate::corpus::{Fields, Header, Ocr, ReadOptions};
use crate::embed::{self, DeviceChoice};

/// How files are read.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = group::READING)]
pub struct Read {
    /// Encoding of the files [default: found by byte order mark, declaration or letters]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub encoding: Option<String>,
    /// Field with the text of a row (JSON, CSV) [default: text, body, content, ...]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Field with the title of a row [default: title, headline, ...]
    #[arg(long, value_name = "NAME")]
    pub title_field: Option<String>,
    /// Field with the source address of a row [default: url, link, ...]
    #[arg(long, value_name = "NAME")]
    pub url_field: Option<String>,
    /// Field with the name of a row [default: id, guid, ..., else its number]
    #[arg(long, value_name = "NAME")]
    pub id_field: Option<String>,
    /// Does the first row of a table name the columns? [default: auto, which looks at the rows]
    #[arg(long, value_name = "WHEN")]
    pub header: Option<HeaderName>,
    /// Recognise letters on PDF pages without text with this program: it gets a picture (PNG) on standard input and
    /// prints text or hOCR, as `tesseract - - -l jpn+eng` does. tane starts it without a shell. `""`: none
    #[arg(long, env = "TANE_OCR", hide_env_values = true, value_name = "COMMAND", value_parser = ocr)]
    pub ocr: Option<String>,
    /// Follow symbolic links, wherever they lead
    #[arg(long)]
    pub follow: bool,
    /// Read what lies in archives (zip, tar, tar.gz), too
    #[arg(long)]
    pub archives: bool,
    /// Skip larger files [default: 64M]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub max_file_size: Option<u64>,
    /// Skip files with more rows or entries [default: 100000]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_articles: Option<usize>,
    /// Skip articles with more passages [default: 100000]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_passages: Option<usize>,
    /// Give up a file that takes longer to read and cut [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = millis)]
    pub max_file_time: Option<u64>,
}

impl Read {
    /// `None` where nothing was said.
    pub fn options(&self) -> Option<ReadOptions> {
        let default = ReadOptions::default();
        let options = ReadOptions {
            encoding: self.encoding.clone(),
            fields: Fields {
                text: self.text_field.clone(),
                title: self.title_field.clone(),
                url: self.url_field.clone(),
                id: self.id_field.clone(),
                header: self.header.map_or(Header::Auto, Into::into),
                ..Fields::default()
            },
            max_bytes: self.max_file_size.unwrap_or(default.max_bytes),
            max_articles: self.max_articles.unwrap_or(default.max_articles),
            max_passages: self.max_passages.unwrap_or(default.max_passages),
            max_millis: self.max_file_time.unwrap_or(default.max_millis),
            follow: self.follow,
            archives: self.archives,
            readers: None,
            ocr: None,
        };
        // `auto` may take back what was said before.
        (options != default || self.header.is_some()).then_some(options)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HeaderName {
    Yes,
    No,
    Auto,
}

impl From<HeaderName> for Header {
    fn from(name: HeaderName) -> Self {
        match name {
            HeaderName::Yes => Self::Yes,
            HeaderName::No => Self::No,
            HeaderName::Auto => Self::Auto,
        }
    }
}

/// A command that can be used, or an empty one.
fn ocr(command: &str) -> Result<String, String> {
    match command.trim().is_empty() {
        true => Ok(String::new()),
        false => Ocr::parse(command).map(|_| command.to_owned()),
    }
}

fn encoding(label: &str) -> Result<String, String> {
    let options = ReadOptions {
        encoding: Some(label.to_owned()),
        ..ReadOptions::default()
    };
    let known = options.encoding();
    known.map(|_| label.to_owned()).map_err(|label| {
        format!("unknown encoding `{label}`; give a name as in the WHATWG Encoding Standard (shift_jis, euc-jp, gbk, ...)")
    })
}

/// Which model runs where.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = group::MACHINE)]
pub struct Engine {
    /// Model: a name (see `tane models list`), a folder or a GGUF file
    #[arg(
        long,
        env = "TANE_MODEL",
        hide_env_values = true,
        value_name = "NAME|PATH"
    )]
    pub model: Option<String>,
    /// Where to compute: auto, cpu, cuda, cuda:N or metal
    #[arg(
        long,
        env = "TANE_DEVICE",
        hide_env_values = true,
        value_name = "DEVICE",
        default_value = "auto"
    )]
    pub device: DeviceChoice,
    /// Numbers to compute in [default: what is fast here]
    ///
    /// The default is bf16 on CPUs with AMX, else int8 for the bundled model and f32 for others; f32 with `--engine
    /// candle` and with `tane embed --as raw`; f16 or bf16 on GPUs.
    #[arg(
        long,
        env = "TANE_PRECISION",
        hide_env_values = true,
        value_name = "PRECISION"
    )]
    pub precision: Option<PrecisionName>,
    /// What computes: auto (our own kernels where they can) or candle (its operations, in f32)
    #[arg(
        long,
        env = "TANE_ENGINE",
        hide_env_values = true,
        value_name = "ENGINE",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub engine: EngineName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    Auto,
    Candle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrecisionName {
    Int8,
    /// On CPUs with AVX-512 BF16 or AMX, and on GPUs
    Bf16,
    /// On GPUs
    F16,
    F32,
}

impl From<PrecisionName> for embed::Precision {
    fn from(name: PrecisionName) -> Self {
        match name {
            PrecisionName::Int8 => Self::Int8,
            PrecisionName::Bf16 => Self::Bf16,
            PrecisionName::F16 => Self::F16,
            PrecisionName::F32 => Self::F32,
        }
    }
}

impl Engine {
    /// What it says of how to compute.
    pub fn compute(&self) -> embed::Compute {
        embed::Compute {
            engine: self.engine.into(),
            precision: self.precision.map(Into::into),
            device: self.device,
        }
    }
}

impl From<EngineName> for embed::Engine {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Auto => Self::Auto,
            EngineName::Candle => Self::Candle,
        }
    }
}

/// Bytes: `64M`, `2G`, `500k`, or a number.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => 64,
    };
    let number: Option<u64> = digits.parse().ok();
    let bytes = number.and_then(|number| number.checked_mul(1u64.checked_shl(unit)?));
    // Spans and offsets on disk are 32 bits wide.
    bytes
        .filter(|bytes| (1..=MOST_BYTES).contains(bytes))
        .ok_or_else(|| format!("expected a size up to 2G, as 64M, received `{text}`"))
}

/// Seconds, also parts of one.
fn millis(text: &str) -> Result<u64, String> {
    let seconds: Option<f64> = text.parse().ok();
    let millis = seconds.map(|seconds| (seconds * 1e3).ceil());
    millis
        .filter(|millis| (1.0..1e9).contains(millis))
        .map(|millis| millis as u64)
        .ok_or_else(|| format!("expected seconds, as 60 or 0.5, received `{text}`"))
}

/// What a file may have at most, whatever is asked for.
const MOST_BYTES: u64 = 2 << 30;

pub fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("expected a number, received `{text}`")),
    }
}
