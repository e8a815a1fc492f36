//! Analysis: words that hold a letter or a digit, lower case, stems.

use tantivy::tokenizer::{
    Language, LowerCaser, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer,
};
use tantivy::Index;
use unicode_segmentation::{UnicodeSegmentation, UnicodeWordIndices};

/// The name under which the schema knows the analyser.
pub const NAME: &str = "words";

#[derive(Clone, Default)]
struct Words {
    token: Token,
}

struct WordStream<'a> {
    words: UnicodeWordIndices<'a>,
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream {
            words: text.unicode_word_indices(),
            token: &mut self.token,
        }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((start, word)) = self.words.next() else {
            return false;
        };
        self.token.offset_from = start;
        self.token.offset_to = start + word.len();
        // A token that was reset stands before the first position.
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clear();
        self.token.text.push_str(word);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

pub fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(Words::default())
        .filter(LowerCaser)
        .filter(Stemmer::new(Language::English))
        .build()
}

pub fn register(index: &Index) {
    index.tokenizers().register(NAME, analyzer());
}
