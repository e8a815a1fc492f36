import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.util.Version;

/**
 * Lucene, driven as the other peers are (peer.h):
 *
 * <pre>
 * index [--lang english] [--threads N] [--k1 X] [--b X] [--reorder] CORPUS DIR
 * serve [--k1 X] [--b X] DIR
 * stats DIR
 * version
 * </pre>
 *
 * Analysis is Lucene's own: StandardTokenizer, lower case, Snowball English (Porter 2), no stop words. --reorder
 * renumbers the documents by recursive graph bisection while the segments are merged into one.
 */
public final class LucenePeer {
    /** What options say. */
    static final class Settings {
        int threads = 1;
        float k1 = 1.2f;
        float b = 0.75f;
        boolean reorder;
    }

    static final class UsageException extends Exception {
        UsageException(String message) {
            super(message);
        }
    }

    private LucenePeer() {}

    /** Takes the options that stand after the command. The place of the first word that is none. */
    private static int readOptions(String[] args, Settings settings) throws UsageException {
        int at = 1;
        while (at < args.length && args[at].startsWith("--")) {
            String name = args[at++];
            if (name.equals("--reorder")) {
                settings.reorder = true;
                continue;
            }
            if (at == args.length) {
                throw new UsageException(name + " needs a value");
            }
            String value = args[at++];
            switch (name) {
                case "--threads" -> settings.threads = Integer.parseInt(value);
                case "--k1" -> settings.k1 = Float.parseFloat(value);
                case "--b" -> settings.b = Float.parseFloat(value);
                case "--lang" -> {
                    if (!value.equals("english")) {
                        throw new UsageException("only --lang english");
                    }
                }
                default -> throw new UsageException("no option " + name);
            }
        }
        return at;
    }

    private static void run(String[] args) throws UsageException, IOException, InterruptedException {
        Settings settings = new Settings();
        int at = readOptions(args, settings);
        switch ((args.length == 0 ? "" : args[0]) + " " + (args.length - at)) {
            case "index 2" -> Indexing.run(Path.of(args[at]), Path.of(args[at + 1]), settings);
            case "serve 1" -> Serving.run(Path.of(args[at]), settings);
            case "stats 1" -> Figures.print(Path.of(args[at]));
            case "version 0" -> System.out.println(
                    "Lucene " + Version.LATEST + " (Java " + System.getProperty("java.version") + ")");
            default -> throw new UsageException("usage: index [OPTIONS] CORPUS DIR | serve DIR | stats DIR | version");
        }
    }

    public static void main(String[] args) {
        try {
            run(args);
        } catch (UsageException | NumberFormatException e) {
            System.err.println("lucene: " + e.getMessage());
            System.exit(2);
        } catch (IOException | InterruptedException | RuntimeException e) {
            System.err.println("lucene: " + e);
            System.exit(3);
        }
    }
}
