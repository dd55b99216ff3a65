package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the records of this room as JSON: the components of a record are the fields of an object, in their order. An
 * empty {@link Optional} is a field that is not there.
 *
 * <p>A command may live for half a second. What a mapper takes to get to know the records is a fifth of that, and this
 * takes nothing.
 */
public final class RecordJson {

    private RecordJson() {}

    /**
     * Writes a record, or a value in one, one field after the other, so that a result of very many backups is never in
     * memory as a text.
     */
    public static void write(Object value, JsonGenerator json) throws IOException {
        if (value instanceof Record document) {
            write(document, json);
        } else if (value instanceof List<?> list) {
            json.writeStartArray(list, list.size());
            for (Object each : list) {
                write(each, json);
            }
            json.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject(map);
            for (Map.Entry<?, ?> each : map.entrySet()) {
                json.writeFieldName(String.valueOf(each.getKey()));
                write(each.getValue(), json);
            }
            json.writeEndObject();
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Double number) {
            json.writeNumber(number);
        } else if (value instanceof byte[] content) {
            json.writeBinary(content);
        } else {
            json.writeString(value instanceof Named named ? named.text() : value.toString());
        }
    }

    private static void write(Record document, JsonGenerator json) throws IOException {
        json.writeStartObject(document);
        for (RecordComponent component : document.getClass().getRecordComponents()) {
            Object value = value(document, component);
            Object given = value instanceof Optional<?> optional ? optional.orElse(null) : value;
            if (given != null && !(given.equals("") && isLeftOutIfEmpty(component))) {
                json.writeFieldName(component.getName());
                write(given, json);
            }
        }
        json.writeEndObject();
    }

    private static boolean isLeftOutIfEmpty(RecordComponent component) {
        JsonInclude include = component.getAccessor().getAnnotation(JsonInclude.class);
        return include != null && include.value() == JsonInclude.Include.NON_EMPTY;
    }

    private static Object value(Record document, RecordComponent component) {
        try {
            return component.getAccessor().invoke(document);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("every component of a public record can be read", e);
        }
    }
}
