package io.jenkins.plugins.zfsbackup.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class SnapshotPatternTest {

    private static String name(String pattern, String time) throws UsageException {
        return SnapshotPattern.format(pattern, Instant.parse(time));
    }

    @Test
    void namesTheMomentInUtc() throws UsageException {
        assertThat(name("daily-%Y-%m-%d", "2014-06-01T23:59:59Z")).isEqualTo("daily-2014-06-01");
        assertThat(name("%F", "2014-06-01T00:00:00Z")).isEqualTo("2014-06-01");
        assertThat(name("auto-%Y%m%d.%H%M-1w", "2019-08-06T02:00:31Z")).isEqualTo("auto-20190806.0200-1w");
        assertThat(name("%y/%j".replace('/', '_') + ".%S", "2019-02-01T02:00:05Z"))
                .isEqualTo("19_032.05");
    }

    /** 2021 began on a Friday, which ISO 8601 counts to the last week of 2020. */
    @Test
    void countsWeeksAsIso8601Does() throws UsageException {
        assertThat(name("weekly-%G-W%V", "2021-01-01T12:00:00Z")).isEqualTo("weekly-2020-W53");
        assertThat(name("weekly-%G-W%V", "2021-01-04T12:00:00Z")).isEqualTo("weekly-2021-W01");
        assertThat(name("weekly-%G-W%V", "2018-12-31T12:00:00Z")).isEqualTo("weekly-2019-W01");
    }

    @Test
    void isTheSameWhateverTheMachineSpeaks() throws UsageException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(name("daily-%Y-%m-%d", "2014-06-01T12:00:00Z")).isEqualTo("daily-2014-06-01");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void refusesWhatZfsWouldRefuse() {
        for (String pattern : new String[] {"%Q", "daily-%", "a@b", "a/b", "", "ü"}) {
            assertThatThrownBy(() -> name(pattern, "2014-06-01T12:00:00Z"))
                    .as(pattern)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("daily-%Y-%m-%d");
        }
    }
}
