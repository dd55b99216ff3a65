package io.jenkins.plugins.zfsbackup.agent;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of a document as {@link Map}, {@link List}, {@link String}, {@link Long}, {@link Double} and {@link Boolean}. */
final class PlainValues {

    private final JsonParser parser;
    private final Room room;

    /** @param parser stands at the value */
    PlainValues(JsonParser parser, Room room) {
        this.parser = parser;
        this.room = room;
    }

    /** The object, to its end. */
    Map<String, Object> object() throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = room.take(parser.currentName());
            parser.nextToken();
            Object value = value();
            if (!room.isCut() || value != null) {
                object.put(name, value);
            }
        }
        return object;
    }

    private List<Object> array() throws IOException {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Object value = value();
            if (!room.isCut()) {
                array.add(value);
            }
        }
        return array;
    }

    /** The value, to its end; null if there is no room for it. */
    private Object value() throws IOException {
        if (!room.take()) {
            parser.skipChildren();
            return null;
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> room.take(parser.getText());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
            default -> null;
        };
    }

    /** A whole number as a long where it is one, and anything else as a double. */
    static Number number(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> (Number) parser.getLongValue();
            default -> (Number) parser.getDoubleValue();
        };
    }
}
