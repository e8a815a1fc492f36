//! Answers lines of COMMAND, tab, QUERY on standard output, one thread, no cache of results.

use std::error::Error;
use std::io::{self, BufRead, Write};

use tantivy::collector::{Count, TopDocs};
use tantivy::query::Query;
use tantivy::schema::{Field, Value};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, Searcher, TantivyDocument};

use crate::{clauses, indexing, tokens};

const UNSUPPORTED: &str = "UNSUPPORTED";

#[derive(PartialEq)]
enum Command {
    Count,
    Top(usize),
    TopCount(usize),
    Run(usize),
}

fn read_command(name: &str) -> Option<Command> {
    let k = |digits: &str| digits.parse().ok().filter(|&k: &usize| k > 0);
    if name == "COUNT" {
        return Some(Command::Count);
    }
    if let Some(digits) = name.strip_prefix("RUN_") {
        return k(digits).map(Command::Run);
    }
    let rest = name.strip_prefix("TOP_")?;
    match rest.strip_suffix("_COUNT") {
        Some(digits) => k(digits).map(Command::TopCount),
        None => k(rest).map(Command::Top),
    }
}

struct Server {
    searcher: Searcher,
    analyzer: TextAnalyzer,
    text: Field,
    id: Field,
}

impl Server {
    fn open(dir: &str) -> Result<Server, Box<dyn Error>> {
        let index = Index::open_in_dir(dir)?;
        tokens::register(&index);
        let schema = index.schema();
        Ok(Server {
            searcher: index.reader()?.searcher(),
            analyzer: tokens::analyzer(),
            text: schema.get_field(indexing::FIELD)?,
            id: schema.get_field(indexing::ID)?,
        })
    }

    fn limit(&self, k: usize) -> TopDocs {
        TopDocs::with_limit(k.min(self.searcher.num_docs().max(1) as usize))
    }

    fn hits(&self, query: &dyn Query, k: usize) -> Result<String, Box<dyn Error>> {
        let best = self
            .searcher
            .search(query, &self.limit(k).order_by_score())?;
        let mut hits = Vec::new();
        for (score, place) in best {
            let document: TantivyDocument = self.searcher.doc(place)?;
            let id = document.get_first(self.id).and_then(|v| v.as_str());
            hits.push(serde_json::json!([id.unwrap_or(""), score]));
        }
        Ok(serde_json::json!({ "hits": hits }).to_string())
    }

    fn answer(&mut self, line: &str) -> Result<String, Box<dyn Error>> {
        let Some((name, text)) = line.split_once('\t') else {
            return Ok(UNSUPPORTED.into());
        };
        if name == "NOOP" {
            return Ok("1".into());
        }
        let Some(command) = read_command(name) else {
            return Ok(UNSUPPORTED.into());
        };
        let ranks = command != Command::Count;
        let Some(parsed) = clauses::parse(text, self.text, &mut self.analyzer, ranks) else {
            return Ok(UNSUPPORTED.into());
        };
        let query = &*parsed.query;
        Ok(match command {
            Command::Count => query.count(&self.searcher)?.to_string(),
            Command::Run(k) => self.hits(query, k)?,
            Command::Top(k) => {
                self.searcher
                    .search(query, &self.limit(k).order_by_score())?;
                "1".into()
            }
            Command::TopCount(k) if parsed.one_term => {
                self.searcher
                    .search(query, &self.limit(k).order_by_score())?;
                query.count(&self.searcher)?.to_string()
            }
            Command::TopCount(k) => {
                let both = (self.limit(k).order_by_score(), Count);
                self.searcher.search(query, &both)?.1.to_string()
            }
        })
    }
}

pub fn serve(dir: &str) -> Result<(), Box<dyn Error>> {
    let mut server = Server::open(dir)?;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let mut answer = server.answer(&line?)?;
        answer.push('\n');
        out.write_all(answer.as_bytes())?;
        out.flush()?;
    }
    Ok(())
}
