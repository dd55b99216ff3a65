package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What Jenkins writes must be what it reads back: texts, numbers, lists, and old-fashioned classes of them. */
class PersistedTypesTest {

    @Test
    void nothingThatMayNotBeReadBackAndNothingOfTheEngineGetsIntoAPersistedField() throws Exception {
        assertEquals(List.of(), PersistedTypes.ofPlugin().faults());
    }

    @Test
    void everyPersistedTypeIsHeldByTheTestThatRestartsJenkins() throws Exception {
        assertEquals(RestartKeepsEverythingTest.HELD, PersistedTypes.ofPlugin().names());
    }

    @Test
    void aRecordALambdaAnOptionalAndATypeOfTheEngineAreFound() {
        assertFault(HoldsRecord.class, "XStream");
        assertFault(HoldsRecords.class, "XStream");
        assertFault(HoldsLambda.class, "java.util.function.Supplier");
        assertFault(HoldsOptional.class, "java.util.Optional");
        assertFault(HoldsEngine.class, "type of the engine");
        assertFault(HoldsAnything.class, "java.lang.Object");
    }

    private static void assertFault(Class<?> type, String part) {
        List<String> faults = PersistedTypes.of(type).faults();
        assertEquals(1, faults.size(), faults.toString());
        assertTrue(faults.get(0).contains(part), faults.toString());
    }

    private record Pair(String one, String other) {}

    private static final class HoldsRecord {
        private Pair pair;
    }

    private static final class HoldsRecords {
        private List<Pair> pairs;
    }

    private static final class HoldsLambda {
        private Supplier<String> later;
    }

    private static final class HoldsOptional {
        private Optional<String> maybe;
    }

    private static final class HoldsEngine {
        private Compression compression;
    }

    private static final class HoldsAnything {
        private Object any;
    }
}
