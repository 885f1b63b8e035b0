// What MapLibre's own example of clusters is: one clustered GeoJSON source on a plain ground, circles and counts.
import { Map as MapLibre } from "./maplibre-gl.mjs";

const box = document.getElementById("map");
const map = new MapLibre({
  container: box,
  bounds: [[-170, -56], [180, 74]],
  style: {
    version: 8,
    sources: { cities: { type: "geojson", data: "points.json", cluster: true, clusterRadius: 44, clusterMaxZoom: 8 } },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#dfe8ee" } },
      { id: "clusters", type: "circle", source: "cities", filter: ["has", "point_count"], paint: { "circle-color": "#1d4f7c", "circle-radius": 18 } },
      { id: "points", type: "circle", source: "cities", filter: ["!", ["has", "point_count"]], paint: { "circle-color": "#1d4f7c", "circle-radius": 6 } },
      {
        id: "counts", type: "symbol", source: "cities", filter: ["has", "point_count"],
        layout: { "text-field": ["get", "point_count_abbreviated"], "text-font": ["sans-serif"], "text-size": 12, "text-allow-overlap": true },
        paint: { "text-color": "#fff" },
      },
    ],
  },
});
map.on("idle", () => {
  const drawn = map.queryRenderedFeatures({ layers: ["clusters", "points"] });
  const counts = new Map(drawn.map(({ properties: its }) => [its.cluster_id ?? its.id, its.point_count ?? 1]));
  box.dataset.mapCount = String([...counts.values()].reduce((sum, count) => sum + count, 0));
  box.dataset.mapState = "idle";
});
