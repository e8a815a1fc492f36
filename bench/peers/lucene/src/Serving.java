import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

/** Answers lines of COMMAND, tab, QUERY on standard output, one thread, no cache of results. */
final class Serving {
    private static final Pattern RANKING = Pattern.compile("(TOP|RUN)_([1-9][0-9]{0,6})(_COUNT)?");
    private static final String UNSUPPORTED = "UNSUPPORTED";

    private final IndexSearcher searcher;
    private final Queries queries = new Queries();

    private Serving(IndexSearcher searcher) {
        this.searcher = searcher;
    }

    static void run(Path dir, LucenePeer.Settings settings) throws IOException {
        OutputStream out = System.out;
        try (Directory from = new MMapDirectory(dir);
                DirectoryReader reader = DirectoryReader.open(from);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            searcher.setSimilarity(new BM25Similarity(settings.k1, settings.b));
            Serving serving = new Serving(searcher);
            for (String line; (line = in.readLine()) != null; ) {
                int tab = line.indexOf('\t');
                String answer = tab < 0 ? UNSUPPORTED : serving.answer(line.substring(0, tab), line.substring(tab + 1));
                out.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        }
    }

    private String answer(String command, String text) throws IOException {
        if (command.equals("NOOP")) {
            return "1";
        }
        Matcher ranking = RANKING.matcher(command);
        boolean ranks = ranking.matches();
        if (!ranks && !command.equals("COUNT")) {
            return UNSUPPORTED;
        }
        Query query = queries.parse(text);
        if (query == null) {
            return UNSUPPORTED;
        }
        if (!ranks) {
            return Integer.toString(searcher.count(query));
        }
        int k = Integer.parseInt(ranking.group(2));
        boolean runs = ranking.group(1).equals("RUN");
        boolean counts = ranking.group(3) != null;
        if (runs) {
            return counts ? UNSUPPORTED : hits(top(query, k, k));
        }
        if (!counts) {
            top(query, k, k);
            return "1";
        }
        if (query instanceof TermQuery) {
            // How many documents a term has stands in the index, so ranking may skip here as without a count.
            top(query, k, k);
            return Integer.toString(searcher.count(query));
        }
        return Long.toString(top(query, k, Integer.MAX_VALUE).totalHits.value());
    }

    /** Matches are counted up to `exact` at least; beyond, those that cannot be among the best k are skipped. */
    private TopDocs top(Query query, int k, int exact) throws IOException {
        int limit = Math.max(1, Math.min(k, searcher.getIndexReader().maxDoc()));
        return searcher.search(query, new TopScoreDocCollectorManager(limit, exact));
    }

    private String hits(TopDocs best) throws IOException {
        StringBuilder out = new StringBuilder("{\"hits\":[");
        for (ScoreDoc hit : best.scoreDocs) {
            String id = searcher.storedFields().document(hit.doc).get(Indexing.ID);
            out.append(out.charAt(out.length() - 1) == '[' ? "[\"" : ",[\"");
            out.append(JsonStringEncoder.getInstance().quoteAsString(id)).append("\",").append(hit.score).append(']');
        }
        return out.append("]}").toString();
    }
}
