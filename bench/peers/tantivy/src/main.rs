//! tantivy, driven as the other peers are (peer.h):
//!
//!     index [--lang english] [--threads N] CORPUS DIR
//!     serve DIR
//!     stats DIR
//!     version
//!
//! Words are those of Unicode's segmentation, in lower case, stemmed by tantivy's English stemmer (Porter 2). Its BM25
//! has k1 = 1.2 and b = 0.75 built in.

mod answers;
mod clauses;
mod figures;
mod indexing;
mod tokens;

use std::error::Error;
use std::process::ExitCode;

const USAGE: &str = "usage: index [OPTIONS] CORPUS DIR | serve DIR | stats DIR | version";

/// Takes the options that stand after the command: threads, and what is left.
fn read_options(args: &[String]) -> Result<(usize, &[String]), Box<dyn Error>> {
    let (mut threads, mut rest) = (1, args);
    while let [name, value, more @ ..] = rest {
        match (name.as_str(), value.as_str()) {
            ("--threads", n) => threads = n.parse()?,
            ("--lang", "english") => {}
            ("--lang", _) => return Err("only --lang english".into()),
            _ => break,
        }
        rest = more;
    }
    Ok((threads, rest))
}

fn run(args: &[String]) -> Result<(), Box<dyn Error>> {
    let [command, args @ ..] = args else {
        return Err(USAGE.into());
    };
    let (threads, rest) = read_options(args)?;
    match (command.as_str(), rest) {
        ("index", [corpus, dir]) => indexing::run(corpus, dir, threads),
        ("serve", [dir]) => answers::serve(dir),
        ("stats", [dir]) => figures::print(dir),
        ("version", []) => {
            println!("{}", tantivy::version_string());
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("tantivy: {e}");
            ExitCode::FAILURE
        }
    }
}
