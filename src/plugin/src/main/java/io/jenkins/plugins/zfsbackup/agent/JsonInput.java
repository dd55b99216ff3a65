package io.jenkins.plugins.zfsbackup.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a JSON object (RFC 8259) from an untrusted agent, from its beginning to its end, so that a document need not be
 * in memory as a whole. Values become {@link Map}, {@link List}, {@link String}, {@link Long}, {@link Double},
 * {@link Boolean} and null, within a {@link Budget}.
 */
public final class JsonInput implements Closeable {

    /** Far above what the engine writes; Jackson counts characters. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNumberLength(40)
                    .maxNameLength(1_000)
                    .maxStringLength(1 << 20)
                    .maxDocumentLength(EngineProcess.LARGEST_RESULT)
                    .build())
            .build();

    private final JsonParser parser;

    private JsonInput(JsonParser parser) {
        this.parser = parser;
    }

    /** @param document UTF-8 */
    public static JsonInput of(InputStream document) throws IOException {
        return new JsonInput(
                FACTORY.createParser(new InputStreamReader(document, StandardCharsets.UTF_8.newDecoder())));
    }

    /** What is done with the field of an object, or with an element of an array. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * The input stands at a value, which may be read by one call of this class, or be left alone.
         *
         * @param name of the field; empty for an element
         */
        void visit(String name) throws IOException;
    }

    /**
     * As much of the document at once as the budget allows.
     *
     * @throws JsonException if it is no JSON object
     */
    public static Map<String, Object> read(InputStream document, Budget budget) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        try (JsonInput in = of(document)) {
            in.document(name -> {
                Object value = in.value(budget);
                if (!budget.isCut() || value != null) {
                    object.put(name, value);
                }
            });
        }
        return object;
    }

    /**
     * The whole document at once.
     *
     * @throws JsonException if it is no JSON object, or larger than the budget
     */
    public static Map<String, Object> readWhole(InputStream document, Budget budget) throws IOException {
        Map<String, Object> object = read(document, budget);
        if (budget.isCut()) {
            throw new JsonException(Messages.json_tooLarge());
        }
        return object;
    }

    /**
     * Visits the fields of the document.
     *
     * @throws JsonException if it is no JSON object, or something follows it
     */
    public void document(Visitor visitor) throws IOException {
        if (next() != JsonToken.START_OBJECT) {
            throw new JsonException(Messages.json_noObject());
        }
        fields(visitor);
        if (next() != null) {
            throw new JsonException(Messages.json_trailing());
        }
    }

    /** Visits the fields of the object at which the input stands; there are none if it is no object. */
    public void fields(Visitor visitor) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return;
        }
        while (next() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            next();
            visitor.visit(name);
            skip();
        }
    }

    /** Visits the elements of the array at which the input stands; there are none if it is no array. */
    public void elements(Visitor visitor) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return;
        }
        while (next() != JsonToken.END_ARRAY) {
            visitor.visit("");
            skip();
        }
    }

    /** The value at which the input stands; null if nothing is left of the budget. */
    public Object value(Budget budget) throws IOException {
        if (!budget.take()) {
            return null;
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(budget);
            case START_ARRAY -> array(budget);
            case VALUE_STRING -> budget.take(text());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
            default -> null;
        };
    }

    private Map<String, Object> object(Budget budget) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        fields(name -> {
            String kept = budget.take(name);
            Object value = value(budget);
            if (!budget.isCut()) {
                object.put(kept, value);
            }
        });
        return object;
    }

    private List<Object> array(Budget budget) throws IOException {
        List<Object> array = new ArrayList<>();
        elements(none -> {
            Object value = value(budget);
            if (!budget.isCut()) {
                array.add(value);
            }
        });
        return array;
    }

    private String text() throws IOException {
        return guarded(parser::getText);
    }

    private Number number() throws IOException {
        return guarded(() -> switch (parser.getNumberType()) {
            case INT, LONG -> (Number) parser.getLongValue();
            default -> (Number) parser.getDoubleValue();
        });
    }

    private JsonToken next() throws IOException {
        return guarded(parser::nextToken);
    }

    private void skip() throws IOException {
        guarded(parser::skipChildren);
    }

    @FunctionalInterface
    private interface Read<T> {
        T read() throws IOException;
    }

    /** Says what is wrong without an excerpt, which may hold anything. */
    private <T> T guarded(Read<T> read) throws IOException {
        try {
            return read.read();
        } catch (JsonEOFException e) {
            throw new JsonException(Messages.json_cut());
        } catch (StreamConstraintsException e) {
            throw new JsonException(Messages.json_tooLarge());
        } catch (JsonProcessingException e) {
            throw new JsonException(Messages.json_bad(
                    e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
        } catch (CharacterCodingException e) {
            throw new JsonException(Messages.json_notUtf8());
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
