//! Query text to tantivy's queries: words and phrases, each with a sign or none.

use tantivy::query::{BooleanQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::{TextAnalyzer, TokenStream};
use tantivy::Term;

pub struct Parsed {
    pub query: Box<dyn Query>,
    /// Nothing but one term: how many documents it has stands in the index.
    pub one_term: bool,
}

/// What stands at the front of the text: a sign, words, and the rest of the text. None if there is a group.
fn take(text: &str) -> Option<(Occur, &str, bool, &str)> {
    let mut occur = Occur::Should;
    let mut rest = text;
    let mut after = text.chars().skip(1);
    // A sign counts before a word or a quote only; otherwise it separates.
    if after
        .next()
        .is_some_and(|c| c == '"' || c.is_alphanumeric())
    {
        if text.starts_with('+') {
            occur = Occur::Must;
            rest = &text[1..];
        } else if text.starts_with('-') {
            occur = Occur::MustNot;
            rest = &text[1..];
        }
    }
    if let Some(inside) = rest.strip_prefix('"') {
        let (words, rest) = inside.split_once('"').unwrap_or((inside, ""));
        return Some((occur, words, true, rest));
    }
    let end = rest
        .find(|c: char| c.is_whitespace() || c == '"')
        .unwrap_or(rest.len());
    let (words, rest) = rest.split_at(end);
    if words.contains(['(', ')']) {
        return None;
    }
    Some((occur, words, false, rest))
}

/// Several terms are a phrase; of none comes none.
fn clause(
    words: &str,
    field: Field,
    an: &mut TextAnalyzer,
    how: IndexRecordOption,
) -> Option<(Box<dyn Query>, bool)> {
    let mut terms = Vec::new();
    let mut tokens = an.token_stream(words);
    while tokens.advance() {
        terms.push(Term::from_field_text(field, &tokens.token().text));
    }
    if terms.len() > 1 {
        return Some((Box::new(PhraseQuery::new(terms)), false));
    }
    let term = terms.pop()?;
    Some((Box::new(TermQuery::new(term, how)), true))
}

/// None if the query goes beyond signs, words and phrases. `ranks`: whether frequencies are needed.
pub fn parse(text: &str, field: Field, an: &mut TextAnalyzer, ranks: bool) -> Option<Parsed> {
    let how = if ranks {
        IndexRecordOption::WithFreqs
    } else {
        IndexRecordOption::Basic
    };
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let mut one_term = true;
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (occur, words, quoted, more) = take(rest)?;
        if !quoted && matches!(words, "AND" | "OR" | "NOT") {
            return None;
        }
        if let Some((query, term)) = clause(words, field, an, how) {
            one_term = term;
            clauses.push((occur, query));
        }
        rest = more.trim_start();
    }
    let required = clauses.iter().any(|(occur, _)| *occur == Occur::Must);
    if !required && !clauses.iter().any(|(occur, _)| *occur == Occur::Should) {
        return Some(Parsed {
            query: Box::new(EmptyQuery),
            one_term: false,
        });
    }
    if required && !ranks {
        // What only adds to the score changes no count.
        clauses.retain(|(occur, _)| *occur != Occur::Should);
    }
    if clauses.len() == 1 {
        let query = clauses.remove(0).1;
        return Some(Parsed { query, one_term });
    }
    Some(Parsed {
        query: Box::new(BooleanQuery::new(clauses)),
        one_term: false,
    })
}
