package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * JSON from a place that others can write to, read piece by piece: whatever is in it, it takes no more memory than the
 * pieces that the caller asks for, and no more time than its length explains. Refused, as a
 * {@link JsonProcessingException}, are documents that are longer, deeper or of more parts than the caller expects,
 * names that are there twice, and anything behind the document.
 */
final class BoundedJson implements AutoCloseable {

    /** Deeper than anything that this engine writes. */
    private static final int DEEPEST = 16;

    /** Characters: longer than any command line that restores a backup. */
    private static final int LONGEST_TEXT = 1 << 14;

    /** Characters of a name, and of a number. */
    private static final int LONGEST_NAME = 256;

    private static final ObjectMapper TREES = JsonMapper.builder().build();

    private final Counted parser;

    private BoundedJson(JsonParser parser) {
        this.parser = new Counted(parser);
    }

    /** What documents may be. */
    static final class Bounds {
        private final JsonFactory factory;

        /**
         * @param bytes the longest
         * @param parts the most: names, values, and both ends of objects and arrays
         */
        Bounds(long bytes, long parts) {
            // Names are looked at once: to keep a table of those that somebody else has thought up gains nothing.
            factory = new JsonFactoryBuilder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(bytes)
                            .maxTokenCount(parts)
                            .maxNestingDepth(DEEPEST)
                            .maxStringLength(LONGEST_TEXT)
                            .maxNameLength(LONGEST_NAME)
                            .maxNumberLength(LONGEST_NAME)
                            .build())
                    .build();
        }

        /** Begins to read a document; closing it closes the input. */
        BoundedJson open(InputStream in) throws IOException {
            return new BoundedJson(factory.createParser(in));
        }
    }

    /** How many parts may still be read into trees. */
    static final class Allowance {
        private int parts;

        Allowance(int parts) {
            this.parts = parts;
        }
    }

    /** Reads the value of a field, which it has to do to its end. */
    @FunctionalInterface
    interface Field {
        /** @param json stands at the value */
        void read(String name, BoundedJson json) throws IOException;
    }

    /** Reads an element of an array, which it has to do to its end. */
    @FunctionalInterface
    interface Element {
        /** @param json stands at the element */
        void read(BoundedJson json) throws IOException;
    }

    /** Reads the whole document, which has to be an object, field by field. */
    void document(Field each) throws IOException {
        parser.nextToken();
        object(each);
        if (parser.nextToken() != null) {
            throw refused("something follows the JSON object");
        }
    }

    private void object(Field each) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw refused("it is no JSON object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            each.read(name, this);
        }
    }

    /** Reads an array element by element. */
    void array(Element each) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw refused("it is no JSON array");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            each.read(this);
        }
    }

    /** The value as a tree, whose parts count against the allowance. */
    JsonNode tree(Allowance allowance) throws IOException {
        parser.allowance = Optional.of(allowance);
        try {
            parser.count();
            return TREES.readTree(parser);
        } finally {
            parser.allowance = Optional.empty();
        }
    }

    /** What is wrong with a text that can't be read, without what only the parser's makers understand. */
    static String why(IOException error) {
        if (error instanceof JsonEOFException) {
            return "it ends in the middle";
        }
        return error instanceof JsonProcessingException json ? json.getOriginalMessage() : Reason.of(error);
    }

    /** Says that something is not as it has to be. */
    JsonProcessingException refused(String why) {
        return new JsonParseException(parser, why);
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** Ends when more parts are read than were allowed. */
    private static final class Counted extends JsonParserDelegate {
        private Optional<Allowance> allowance = Optional.empty();

        Counted(JsonParser parser) {
            super(parser);
        }

        @Override
        public JsonToken nextToken() throws IOException {
            count();
            return super.nextToken();
        }

        private void count() throws StreamConstraintsException {
            if (allowance.isPresent() && --allowance.get().parts < 0) {
                throw new StreamConstraintsException("there is too much in it", currentLocation());
            }
        }
    }
}
