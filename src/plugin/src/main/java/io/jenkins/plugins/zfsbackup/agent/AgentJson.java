package io.jenkins.plugins.zfsbackup.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads a JSON object (RFC 8259) from an untrusted agent, from its beginning to its end, so that a document need not be
 * in memory as a whole. What is no JSON, or larger or deeper than the engine writes it, is refused in one sentence; of
 * what is left, a {@link Room} says how much is kept.
 */
public final class AgentJson {

    /** Far above what the engine writes; Jackson counts characters. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNumberLength(40)
                    .maxNameLength(1_000)
                    .maxStringLength(1 << 21)
                    .maxDocumentLength(EngineProcess.LARGEST_RESULT)
                    .build())
            .build();

    private AgentJson() {}

    /**
     * A document as one of the engine's records. A field that is missing, or of another kind than it should be, is empty
     * or 0.
     *
     * @throws JsonException if it is no JSON object
     */
    public static <T> T read(InputStream document, Class<T> type, Room room) throws IOException {
        ObjectReader reader = LenientRecords.reader(type).withAttribute(Room.class, room);
        return whole(document, parser -> reader.readValue(parser));
    }

    /**
     * As much of a document as there is room for, as maps, lists, texts, numbers and booleans.
     *
     * @throws JsonException if it is no JSON object
     */
    public static Map<String, Object> values(InputStream document, Room room) throws IOException {
        return whole(document, parser -> new PlainValues(parser, room).object());
    }

    @FunctionalInterface
    private interface Read<T> {
        T from(JsonParser parser) throws IOException;
    }

    private static <T> T whole(InputStream document, Read<T> read) throws IOException {
        try (JsonParser parser =
                FACTORY.createParser(new InputStreamReader(document, StandardCharsets.UTF_8.newDecoder()))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonException(Messages.json_noObject());
            }
            T value = read.from(parser);
            if (parser.nextToken() != null) {
                throw new JsonException(Messages.json_trailing());
            }
            return value;
        } catch (IOException e) {
            throw refused(e);
        }
    }

    /** What is wrong, without an excerpt, which may hold anything. */
    private static IOException refused(IOException e) {
        Throwable first = e;
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each instanceof StreamReadException
                    || each instanceof StreamConstraintsException
                    || each instanceof CharacterCodingException) {
                first = each;
            }
        }
        if (first instanceof JsonEOFException) {
            return new JsonException(Messages.json_cut());
        }
        if (first instanceof StreamConstraintsException) {
            return new JsonException(Messages.json_tooLarge());
        }
        if (first instanceof StreamReadException bad) {
            return new JsonException(Messages.json_bad(
                    bad.getLocation().getLineNr(), bad.getLocation().getColumnNr()));
        }
        return first instanceof CharacterCodingException ? new JsonException(Messages.json_notUtf8()) : e;
    }
}
