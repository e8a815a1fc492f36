//! What is in an index, and the bytes of its parts, which are files of their own.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use tantivy::Index;

use crate::{indexing, tokens};

fn part_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("term") => "dictionary",
        Some("idx") => "postings",
        Some("pos") => "positions",
        Some("fieldnorm") => "norms",
        Some("store") => "stored",
        _ => "other",
    }
}

pub fn print(dir: &str) -> Result<(), Box<dyn Error>> {
    let index = Index::open_in_dir(dir)?;
    tokens::register(&index);
    let searcher = index.reader()?.searcher();
    let field = index.schema().get_field(indexing::FIELD)?;
    let (mut terms, mut postings, mut tokens) = (0, 0, 0);
    for segment in searcher.segment_readers() {
        let lists = segment.inverted_index(field)?;
        tokens += lists.total_num_tokens();
        let mut each = lists.terms().stream()?;
        while each.advance() {
            terms += 1;
            postings += u64::from(each.value().doc_freq);
        }
    }
    let mut bytes = BTreeMap::from([("stored", 0)]);
    for file in fs::read_dir(dir)? {
        let file = file?;
        *bytes
            .entry(part_of(&file.file_name().to_string_lossy()))
            .or_insert(0) += file.metadata()?.len();
    }
    let figures = serde_json::json!({
        "documents": searcher.num_docs(),
        "terms": terms,
        "postings": postings,
        "tokens": tokens,
        "segments": searcher.segment_readers().len(),
        "bytes": bytes,
    });
    println!("{figures}");
    Ok(())
}
