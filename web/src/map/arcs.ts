// The shortest way over the globe between two places, as a line that runs on over the antimeridian.
type Position = [longitude: number, latitude: number];

const RADIANS = Math.PI / 180;
const POINTS = 48;

/** Longitudes go beyond 180 where the way crosses the Pacific, so that no line runs back across the map. */
export function arc(from: Position, to: Position): Position[] {
  const [start, end] = [vector(from), vector(to)];
  const angle = Math.acos(Math.min(1, Math.max(-1, start[0] * end[0] + start[1] * end[1] + start[2] * end[2])));
  if (angle < 1e-6) return [from, to];
  let before = from[0];
  return Array.from({ length: POINTS + 1 }, (_, n): Position => {
    const [a, b] = [Math.sin((1 - n / POINTS) * angle), Math.sin((n / POINTS) * angle)].map((part) => part / Math.sin(angle)) as [number, number];
    const [x, y, z] = start.map((part, axis) => a * part + b * end[axis]!) as [number, number, number];
    let longitude = Math.atan2(y, x) / RADIANS;
    while (longitude - before > 180) longitude -= 360;
    while (longitude - before < -180) longitude += 360;
    before = longitude;
    return [longitude, Math.atan2(z, Math.hypot(x, y)) / RADIANS];
  });
}

function vector([longitude, latitude]: Position): [number, number, number] {
  const [x, y] = [longitude * RADIANS, latitude * RADIANS];
  return [Math.cos(y) * Math.cos(x), Math.cos(y) * Math.sin(x), Math.sin(y)];
}
