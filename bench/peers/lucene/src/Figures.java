import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

/** What is in an index, and the bytes of its parts, which are files of their own. */
final class Figures {
    private Figures() {}

    static void print(Path dir) throws IOException {
        long terms = 0;
        long postings = 0;
        long tokens = 0;
        try (Directory from = new MMapDirectory(dir); DirectoryReader reader = DirectoryReader.open(from)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                Terms of = leaf.reader().terms(Indexing.FIELD);
                if (of == null) {
                    continue;
                }
                postings += of.getSumDocFreq();
                tokens += of.getSumTotalTermFreq();
                for (TermsEnum each = of.iterator(); each.next() != null; ) {
                    terms++;
                }
            }
            System.out.printf("{\"documents\":%d,\"terms\":%d,\"postings\":%d,\"tokens\":%d,\"segments\":%d,"
                    + "\"reordered\":%b,\"bytes\":{", reader.numDocs(), terms, postings, tokens,
                    reader.leaves().size(), reordered(from));
        }
        String before = "";
        for (Map.Entry<String, Long> part : parts(dir).entrySet()) {
            System.out.printf("%s\"%s\":%d", before, part.getKey(), part.getValue());
            before = ",";
        }
        System.out.println("}}");
    }

    /** Whether every segment is the outcome of a reordering merge. */
    static boolean reordered(Directory from) throws IOException {
        boolean all = true;
        for (SegmentCommitInfo segment : SegmentInfos.readLatestCommit(from)) {
            all &= "true".equals(segment.info.getDiagnostics().get("bp.reordered"));
        }
        return all;
    }

    private static Map<String, Long> parts(Path dir) throws IOException {
        Map<String, Long> bytes = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String part = switch (name.substring(name.lastIndexOf('.') + 1)) {
                    case "tim", "tip", "tmd" -> "dictionary";
                    case "doc", "psm" -> "postings";
                    case "pos" -> "positions";
                    case "nvd", "nvm" -> "norms";
                    case "fdt" -> "stored";
                    default -> "other";
                };
                bytes.merge(part, Files.size(file), Long::sum);
            }
        }
        bytes.putIfAbsent("stored", 0L);
        return bytes;
    }
}
