package io.jenkins.plugins.zfsbackup.agent;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.Deserializers;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.OfDataset;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Binds the engine's records to what an agent sends: a value of another kind than it should be counts as none, texts are
 * bounded and without control characters, numbers are such as could be true, and lists have no more elements than
 * somebody looks at.
 */
final class LenientRecords {

    private static final long LARGEST = 1L << 60;
    private static final double LONGEST_SECONDS = 1e12;

    private static final int MOST_TEXTS = 1_000;
    private static final int MOST_POINTS = 1_000;
    private static final int MOST_DATASETS = 10_000;
    private static final int MOST_ELEMENTS = 20_000;

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\\n\\t]]");

    private static final JsonMapper MAPPER = JsonMapper.builder(AgentJson.FACTORY)
            .addModule(new Jdk8Module())
            .addModule(new Bounds())
            .addHandler(new CountAsNone())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.WRAP_EXCEPTIONS)
            .build();

    private LenientRecords() {}

    static ObjectReader reader(Class<?> type) {
        return MAPPER.readerFor(type);
    }

    private static Room room(DeserializationContext context) {
        return (Room) context.getAttribute(Room.class);
    }

    /** A value of a single token; of any other nothing is taken. */
    private abstract static class Scalar<T> extends StdDeserializer<T> {

        private static final long serialVersionUID = 1;

        Scalar(Class<T> type) {
            super(type);
        }

        /** Null for a token that does not stand for one. */
        abstract T value(JsonParser parser, DeserializationContext context) throws IOException;

        @Override
        public final T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken().isStructStart()) {
                parser.skipChildren();
                return getNullValue(context);
            }
            T value = value(parser, context);
            return value == null ? getNullValue(context) : value;
        }
    }

    private static final class Text extends Scalar<String> {

        private static final long serialVersionUID = 1;

        Text() {
            super(String.class);
        }

        @Override
        String value(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                return null;
            }
            String text = parser.getText();
            int longest = room(context).longestText();
            String bounded = text.length() > longest ? text.substring(0, longest) + "…" : text;
            String plain = CONTROL.matcher(bounded).replaceAll("?");
            room(context).takeAll(plain);
            return plain;
        }
    }

    private static final class Time extends Scalar<Instant> {

        private static final long serialVersionUID = 1;

        Time() {
            super(Instant.class);
        }

        @Override
        Instant value(JsonParser parser, DeserializationContext context) throws IOException {
            try {
                return parser.currentToken() == JsonToken.VALUE_STRING ? Instant.parse(parser.getText()) : null;
            } catch (DateTimeException e) {
                return null;
            }
        }
    }

    private static final class Truth extends Scalar<Boolean> {

        private static final long serialVersionUID = 1;

        Truth() {
            super(Boolean.class);
        }

        @Override
        Boolean value(JsonParser parser, DeserializationContext context) {
            return parser.currentToken() == JsonToken.VALUE_TRUE;
        }

        @Override
        public Boolean getNullValue(DeserializationContext context) {
            return false;
        }
    }

    /** A number that counts something. */
    private static final class Count extends Scalar<Long> {

        private static final long serialVersionUID = 1;

        Count() {
            super(Long.class);
        }

        @Override
        Long value(JsonParser parser, DeserializationContext context) throws IOException {
            return parser.currentToken().isNumeric()
                    ? Math.max(0, Math.min(LARGEST, PlainValues.number(parser).longValue()))
                    : null;
        }

        @Override
        public Long getNullValue(DeserializationContext context) {
            return 0L;
        }
    }

    private static final class SmallCount extends Scalar<Integer> {

        private static final long serialVersionUID = 1;

        SmallCount() {
            super(Integer.class);
        }

        @Override
        Integer value(JsonParser parser, DeserializationContext context) throws IOException {
            return parser.currentToken().isNumeric()
                    ? (int) Math.max(
                            0,
                            Math.min(
                                    Integer.MAX_VALUE / 2,
                                    PlainValues.number(parser).longValue()))
                    : null;
        }

        @Override
        public Integer getNullValue(DeserializationContext context) {
            return 0;
        }
    }

    private static final class Seconds extends Scalar<Double> {

        private static final long serialVersionUID = 1;

        Seconds() {
            super(Double.class);
        }

        @Override
        Double value(JsonParser parser, DeserializationContext context) throws IOException {
            double value = parser.currentToken().isNumeric()
                    ? PlainValues.number(parser).doubleValue()
                    : 0;
            return value >= 0 && value < LONGEST_SECONDS ? value : 0;
        }

        @Override
        public Double getNullValue(DeserializationContext context) {
            return 0.0;
        }
    }

    /** One of a few names; null for any other. */
    private static final class Choice extends JsonDeserializer<Object> {

        private final JsonDeserializer<?> names;

        Choice(JsonDeserializer<?> names) {
            this.names = names;
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                return names.deserialize(parser, context);
            }
            parser.skipChildren();
            return null;
        }
    }

    /** A list, of which the room tells how much is kept; all elements are seen. */
    private static final class Elements extends JsonDeserializer<List<?>> implements ContextualDeserializer {

        private final JavaType type;
        private final JsonDeserializer<?> element;

        Elements(JavaType list, JsonDeserializer<?> element) {
            this.type = list;
            this.element = element;
        }

        @Override
        public JsonDeserializer<?> createContextual(DeserializationContext context, BeanProperty property)
                throws JsonMappingException {
            return new Elements(type, context.findContextualValueDeserializer(type.getContentType(), property));
        }

        /** An element, and how many characters it takes. */
        private record Kept(Object element, int length) {}

        @Override
        public List<?> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                parser.skipChildren();
                return null;
            }
            Room room = room(context);
            Deque<Kept> kept = new ArrayDeque<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                long before = room.mark();
                int characters = room.characters();
                Object value = element(parser, context);
                boolean keeps = value != null && room.isWanted(value) && hasPlace(kept, room) && room.keep(before);
                if (keeps) {
                    kept.add(new Kept(value, characters - room.characters()));
                } else {
                    room.drop(before);
                }
                if (value != null && !(value instanceof String)) {
                    room.seen(value, keeps);
                }
            }
            return kept.stream().map(Kept::element).toList();
        }

        /** Restore points come oldest first, and somebody looks for the newest. */
        private boolean hasPlace(Deque<Kept> kept, Room room) {
            if (kept.size() < most()) {
                return true;
            }
            if (isOfRestorePoints()) {
                room.giveBack(kept.removeFirst().length());
                return true;
            }
            return false;
        }

        private Object element(JsonParser parser, DeserializationContext context) throws IOException {
            return parser.currentToken() == JsonToken.VALUE_NULL ? null : element.deserialize(parser, context);
        }

        private boolean isOfRestorePoints() {
            return type.getContentType().hasRawClass(ListResult.RestorePoint.class);
        }

        private int most() {
            JavaType each = type.getContentType();
            if (each.hasRawClass(String.class)) {
                return MOST_TEXTS;
            }
            if (isOfRestorePoints()) {
                return MOST_POINTS;
            }
            return OfDataset.class.isAssignableFrom(each.getRawClass()) ? MOST_DATASETS : MOST_ELEMENTS;
        }
    }

    private static final class Bounds extends SimpleModule {

        private static final long serialVersionUID = 1;

        Bounds() {
            super("bounds");
            addDeserializer(String.class, new Text());
            addDeserializer(Instant.class, new Time());
            addDeserializer(boolean.class, new Truth());
            addDeserializer(long.class, new Count());
            addDeserializer(int.class, new SmallCount());
            addDeserializer(Integer.class, new SmallCount());
            addDeserializer(double.class, new Seconds());
            setDeserializerModifier(new BeanDeserializerModifier() {
                private static final long serialVersionUID = 1;

                @Override
                public JsonDeserializer<?> modifyEnumDeserializer(
                        DeserializationConfig config,
                        JavaType type,
                        BeanDescription description,
                        JsonDeserializer<?> names) {
                    return new Choice(names);
                }
            });
        }

        @Override
        public void setupModule(SetupContext context) {
            super.setupModule(context);
            context.addDeserializers(new Deserializers.Base() {
                @Override
                public JsonDeserializer<?> findCollectionDeserializer(
                        CollectionType list,
                        DeserializationConfig config,
                        BeanDescription description,
                        TypeDeserializer elementType,
                        JsonDeserializer<?> element) {
                    return new Elements(list, element);
                }
            });
        }
    }

    /** What is of another kind than it should be is as if it were not there. */
    private static final class CountAsNone extends DeserializationProblemHandler {

        @Override
        public Object handleUnexpectedToken(
                DeserializationContext context, JavaType type, JsonToken token, JsonParser parser, String message)
                throws IOException {
            parser.skipChildren();
            return null;
        }

        @Override
        public Object handleMissingInstantiator(
                DeserializationContext context,
                Class<?> type,
                ValueInstantiator instantiator,
                JsonParser parser,
                String message)
                throws IOException {
            parser.skipChildren();
            return null;
        }

        @Override
        public Object handleWeirdStringValue(
                DeserializationContext context, Class<?> type, String value, String message) {
            return null;
        }
    }
}
