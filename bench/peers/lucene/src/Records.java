import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** JSON Lines, handed to any number of threads in pieces of whole lines. */
final class Records {
    private static final int PIECE = 1 << 20;

    private final InputStream in;
    private byte[] rest = new byte[0];
    private boolean ended;

    /** Borrows the stream. */
    Records(InputStream in) {
        this.in = in;
    }

    /** The next lines, or null at the end. Any thread may ask. */
    synchronized byte[] nextPiece() throws IOException {
        byte[] piece = Arrays.copyOf(rest, Math.max(PIECE, 2 * rest.length));
        int length = rest.length;
        while (!ended) {
            int got = in.readNBytes(piece, length, piece.length - length);
            length += got;
            ended = length < piece.length;
            int end = length;
            while (end > 0 && piece[end - 1] != '\n') {
                end--;
            }
            if (end > 0 && !ended) {
                rest = Arrays.copyOfRange(piece, end, length);
                return Arrays.copyOf(piece, end);
            }
            if (!ended) {
                piece = Arrays.copyOf(piece, 2 * piece.length);
            }
        }
        rest = new byte[0];
        return length == 0 ? null : Arrays.copyOf(piece, length);
    }

    /** One thread's reader of lines: sets the fields it finds, all empty otherwise. */
    static final class Line {
        private final JsonFactory json = new JsonFactory();
        String id;
        String title;
        String text;

        /** False if the line is no object with a title or a text. */
        boolean read(byte[] piece, int start, int length) throws IOException {
            id = "";
            title = "";
            text = "";
            boolean any = false;
            try (JsonParser p = json.createParser(piece, start, length)) {
                if (p.nextToken() != JsonToken.START_OBJECT) {
                    return false;
                }
                while (p.nextToken() == JsonToken.FIELD_NAME) {
                    String name = p.currentName();
                    boolean scalar = p.nextToken().isScalarValue();
                    switch (name) {
                        case "_id", "id", "docid" -> id = scalar ? p.getText() : id;
                        case "title" -> {
                            title = scalar ? p.getText() : title;
                            any = true;
                        }
                        case "text", "contents", "body", "content" -> {
                            text = scalar ? p.getText() : text;
                            any = true;
                        }
                        default -> { }
                    }
                    p.skipChildren();
                }
            } catch (JsonProcessingException e) {
                return false;
            }
            return any;
        }
    }
}
