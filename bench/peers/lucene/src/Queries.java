import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** Query text to Lucene's queries: words and phrases, each with a sign or none. */
final class Queries {
    private final Analyzer analyzer = new Indexing.Words();
    private String text;
    private int at;

    /** Null if the query goes beyond signs, words and phrases. */
    Query parse(String query) throws IOException {
        List<BooleanClause> clauses = new ArrayList<>();
        boolean positive = false;
        text = query;
        at = 0;
        while (skipSpace()) {
            Occur occur = takeSign();
            boolean quoted = text.charAt(at) == '"';
            String words = quoted ? takeQuote() : takeRun();
            if (words == null || !quoted && (words.equals("AND") || words.equals("OR") || words.equals("NOT"))) {
                return null;
            }
            Query clause = clause(words);
            if (clause != null) {
                clauses.add(new BooleanClause(clause, occur));
                positive |= occur != Occur.MUST_NOT;
            }
        }
        if (!positive) {
            return new MatchNoDocsQuery();
        }
        return clauses.size() == 1 ? clauses.get(0).query() : new BooleanQuery.Builder().add(clauses).build();
    }

    private boolean skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length();
    }

    /** A sign counts before a word or a quote only; otherwise it separates. */
    private Occur takeSign() {
        char c = text.charAt(at);
        if ((c != '+' && c != '-') || at + 1 == text.length()) {
            return Occur.SHOULD;
        }
        if (text.charAt(at + 1) != '"' && !Character.isLetterOrDigit(text.codePointAt(at + 1))) {
            return Occur.SHOULD;
        }
        at++;
        return c == '+' ? Occur.MUST : Occur.MUST_NOT;
    }

    private String takeQuote() {
        int start = at + 1;
        int end = text.indexOf('"', start);
        end = end < 0 ? text.length() : end;
        at = Math.min(end + 1, text.length());
        return text.substring(start, end);
    }

    /** Up to white space or a quote; null if there is a group. */
    private String takeRun() {
        int start = at;
        for (; at < text.length() && text.charAt(at) != '"' && !Character.isWhitespace(text.charAt(at)); at++) {
            if (text.charAt(at) == '(' || text.charAt(at) == ')') {
                return null;
            }
        }
        return text.substring(start, at);
    }

    /** Several terms are a phrase; none: null. */
    private Query clause(String words) throws IOException {
        List<String> terms = new ArrayList<>();
        try (TokenStream tokens = analyzer.tokenStream(Indexing.FIELD, words)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                terms.add(term.toString());
            }
            tokens.end();
        }
        if (terms.size() > 1) {
            return new PhraseQuery(Indexing.FIELD, terms.toArray(new String[0]));
        }
        return terms.isEmpty() ? null : new TermQuery(new Term(Indexing.FIELD, terms.get(0)));
    }
}
