package io.jenkins.plugins.zfsbackup.record;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How much each of a job's last builds has stored, as bars of a chart in an SVG of {@value #WIDTH} by {@value #HEIGHT}.
 */
public final class Trend {

    /** Of the drawing, in its own units. */
    public static final int WIDTH = 600;
    /** Of the drawing, in its own units. */
    public static final int HEIGHT = 120;

    private static final int LEAST_BAR = 2;
    private static final double GAP = 0.2;

    private final List<Point> points;

    Trend(List<Point> points) {
        this.points = List.copyOf(points);
    }

    /** Whether there is anything to compare. */
    public boolean isWorthShowing() {
        return points.size() > 1;
    }

    public int getWidth() {
        return WIDTH;
    }

    public int getHeight() {
        return HEIGHT;
    }

    /** The bars, oldest first. */
    public List<Bar> getBars() {
        long most =
                Math.max(1, points.stream().mapToLong(Point::storedBytes).max().orElse(1));
        return IntStream.range(0, points.size())
                .mapToObj(place -> new Bar(points.get(place), place, points.size(), most))
                .toList();
    }

    /** What a build has stored, and whether all went well. */
    static final class Point {

        private final int build;
        private final long storedBytes;
        private final boolean good;

        Point(int build, List<PoolRun> backups) {
            this.build = build;
            this.storedBytes =
                    backups.stream().mapToLong(PoolRun::getStoredBytes).reduce(0, Figures::sum);
            this.good = backups.stream().allMatch(PoolRun::isGood);
        }

        private long storedBytes() {
            return storedBytes;
        }
    }

    /** A bar, in the units of the drawing. */
    public static final class Bar {

        private final Point point;
        private final int place;
        private final int places;
        private final long most;

        private Bar(Point point, int place, int places, long most) {
            this.point = point;
            this.place = place;
            this.places = places;
            this.most = most;
        }

        public int getBuild() {
            return point.build;
        }

        public boolean isGood() {
            return point.good;
        }

        /** E.g. {@code #12: 3.4 MiB, failed}. */
        public String getText() {
            String stored = "#" + point.build + ": " + Figures.bytes(point.storedBytes);
            return point.good ? stored : stored + ", " + Messages.outcome_failed();
        }

        public double getX() {
            return Math.round(10.0 * WIDTH * (place + GAP / 2) / places) / 10.0;
        }

        public double getWidth() {
            return Math.round(10.0 * WIDTH * (1 - GAP) / places) / 10.0;
        }

        public double getHeight() {
            return Math.max(LEAST_BAR, Math.round(HEIGHT * (point.storedBytes / (double) most)));
        }

        public double getY() {
            return HEIGHT - getHeight();
        }
    }
}
