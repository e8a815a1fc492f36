//! A corpus to an index of one segment, synced when it returns.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};

use serde::Deserialize;
use tantivy::indexer::NoMergePolicy;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions, STORED};
use tantivy::{Index, IndexWriter, TantivyDocument};

use crate::tokens;

/// The field that title and text share, as two values: no phrase reaches across.
pub const FIELD: &str = "text";
pub const ID: &str = "id";

/// For all threads together.
const BUFFER_BYTES: usize = 512 << 20;

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "_id", alias = "id", alias = "docid", default)]
    id: serde_json::Value,
    #[serde(default)]
    title: String,
    #[serde(alias = "contents", alias = "body", alias = "content", default)]
    text: String,
}

impl Record {
    fn id(&self) -> String {
        match &self.id {
            serde_json::Value::String(id) => id.clone(),
            serde_json::Value::Number(id) => id.to_string(),
            _ => String::new(),
        }
    }
}

fn schema() -> Schema {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(tokens::NAME)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let mut schema = Schema::builder();
    schema.add_text_field(ID, STORED);
    schema.add_text_field(
        FIELD,
        TextOptions::default()
            .set_stored()
            .set_indexing_options(indexing),
    );
    schema.build()
}

/// Documents added and lines passed over.
fn add_all(
    writer: &IndexWriter,
    corpus: &str,
    id: Field,
    text: Field,
) -> Result<(u64, u64), Box<dyn Error>> {
    let mut input = BufReader::with_capacity(1 << 20, File::open(corpus)?);
    let mut line = Vec::new();
    let (mut documents, mut skipped) = (0, 0);
    while input.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            if let Ok(record) = serde_json::from_slice::<Record>(&line) {
                let mut document = TantivyDocument::default();
                document.add_text(id, record.id());
                if !record.title.is_empty() {
                    document.add_text(text, &record.title);
                }
                document.add_text(text, &record.text);
                writer.add_document(document)?;
                documents += 1;
            } else {
                skipped += 1;
            }
        }
        line.clear();
    }
    Ok((documents, skipped))
}

pub fn run(corpus: &str, dir: &str, threads: usize) -> Result<(), Box<dyn Error>> {
    fs::create_dir(dir)?;
    let schema = schema();
    let (id, text) = (schema.get_field(ID)?, schema.get_field(FIELD)?);
    let index = Index::create_in_dir(dir, schema)?;
    tokens::register(&index);
    let mut writer: IndexWriter =
        index.writer_with_num_threads(threads, BUFFER_BYTES / threads.max(1))?;
    // One merge at the end reads and writes everything once.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let (documents, skipped) = add_all(&writer, corpus, id, text)?;
    writer.commit()?;
    let segments = index.searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
        writer.garbage_collect_files().wait()?;
    }
    writer.wait_merging_threads()?;
    println!("{{\"documents\":{documents},\"skipped\":{skipped}}}");
    Ok(())
}
