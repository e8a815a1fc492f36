import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.misc.index.BPIndexReorderer;
import org.apache.lucene.misc.index.BPReorderingMergePolicy;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

/** A corpus to an index of one segment, synced when it returns. */
final class Indexing {
    /** The field that title and text share; no phrase reaches across from one to the other. */
    static final String FIELD = "text";

    static final String ID = "id";
    private static final double BUFFER_MB = 512;
    private static final double REORDER_MB = 1024;

    private final IndexWriter writer;
    private final Records records;
    private final AtomicLong documents = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    private Indexing(IndexWriter writer, Records records) {
        this.writer = writer;
        this.records = records;
    }

    static final class Words extends Analyzer {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            Tokenizer words = new StandardTokenizer();
            return new TokenStreamComponents(words, new SnowballFilter(new LowerCaseFilter(words), "English"));
        }

        @Override
        public int getPositionIncrementGap(String field) {
            return 1;
        }
    }

    static void run(Path corpus, Path dir, LucenePeer.Settings settings) throws IOException, InterruptedException {
        IndexWriterConfig config = new IndexWriterConfig(new Words())
                .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
                .setRAMBufferSizeMB(BUFFER_MB)
                .setUseCompoundFile(false)
                .setSimilarity(new BM25Similarity(settings.k1, settings.b));
        if (settings.reorder) {
            config.setMergePolicy(reordering());
        }
        Files.createDirectory(dir);
        try (InputStream in = Files.newInputStream(corpus);
                Directory to = new MMapDirectory(dir);
                IndexWriter writer = new IndexWriter(to, config)) {
            Indexing indexing = new Indexing(writer, new Records(in));
            indexing.addAll(settings.threads);
            writer.forceMerge(1);
            writer.commit();
            if (settings.reorder && !Figures.reordered(to)) {
                throw new IOException("one segment from the start: nothing was merged, and nothing reordered");
            }
            System.out.printf("{\"documents\":%d,\"skipped\":%d}%n", indexing.documents.get(), indexing.skipped.get());
        }
    }

    /** Only the last merge pays for the new order: an earlier one would be undone by it. */
    private static BPReorderingMergePolicy reordering() {
        BPIndexReorderer reorderer = new BPIndexReorderer();
        reorderer.setRAMBudgetMB(REORDER_MB);
        reorderer.setFields(Set.of(FIELD));
        BPReorderingMergePolicy policy = new BPReorderingMergePolicy(new TieredMergePolicy(), reorderer);
        policy.setMinNaturalMergeNumDocs(Integer.MAX_VALUE);
        return policy;
    }

    private void addAll(int threads) throws IOException, InterruptedException {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(this::work);
            worker.start();
            workers.add(worker);
        }
        for (Thread worker : workers) {
            worker.join();
        }
        if (failure.get() != null) {
            throw new IOException(failure.get());
        }
    }

    private void work() {
        Records.Line line = new Records.Line();
        try {
            for (byte[] piece; failure.get() == null && (piece = records.nextPiece()) != null; ) {
                for (int start = 0, end; start < piece.length; start = end + 1) {
                    end = start;
                    while (end < piece.length && piece[end] != '\n') {
                        end++;
                    }
                    add(line, piece, start, end - start);
                }
            }
        } catch (IOException | RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void add(Records.Line line, byte[] piece, int start, int length) throws IOException {
        if (length == 0) {
            return;
        }
        if (!line.read(piece, start, length)) {
            skipped.incrementAndGet();
            return;
        }
        Document document = new Document();
        document.add(new StoredField(ID, line.id));
        if (!line.title.isEmpty()) {
            document.add(new TextField(FIELD, line.title, Field.Store.YES));
        }
        document.add(new TextField(FIELD, line.text, Field.Store.YES));
        writer.addDocument(document);
        documents.incrementAndGet();
    }
}
