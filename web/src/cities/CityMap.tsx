// Where the city lies, and the way to each of its partners.
import type { Map as MapLibre } from "maplibre-gl";
import { arc } from "../map/arcs";
import { useMap } from "../map/useMap";
import { useWords } from "../words";
import type { City } from "./CityPage";

type Position = [number, number];

export default function CityMap({ city }: { city: City }) {
  const { t } = useWords();
  const view = { center: [city.longitude, city.latitude] as Position, zoom: 2.6 };
  const { box, trouble } = useMap(view, (map) => draw(map, city));
  return (
    <>
      <div ref={box} className="map" data-map-state="loading" />
      {trouble && <p role="status">{t(trouble)}</p>}
    </>
  );
}

function draw(map: MapLibre, city: City): void {
  map.scrollZoom.disable(); // the page is what one scrolls
  const here: Position = [city.longitude, city.latitude];
  const ways = city.all_partnerships.filter((each) => each.is_active).map(({ member, partner }) => {
    const other = member.community_id === city.community_id ? partner : member;
    return arc(here, [other.longitude, other.latitude]);
  });
  const ends = ways.map((way) => way.at(-1)!);
  const isSeeking = city.statuses.includes("listed") || city.statuses.includes("seeking");
  map.addSource("ways", { type: "geojson", data: collection(ways.map((coordinates) => ({ type: "LineString", coordinates }))) });
  map.addSource("ends", { type: "geojson", data: collection(ends.map((coordinates) => ({ type: "Point", coordinates }))) });
  map.addSource("here", { type: "geojson", data: collection([{ type: "Point", coordinates: here }]) });
  map.addLayer({ id: "ways", type: "line", source: "ways", paint: { "line-color": "#1d4f7c", "line-width": 2 }, layout: { "line-cap": "round" } }, "names");
  const dot = (source: string, colour: string, radius: number) =>
    map.addLayer({ id: source, type: "circle", source, paint: { "circle-color": colour, "circle-radius": radius, "circle-stroke-width": 2, "circle-stroke-color": "#ffffff" } });
  dot("ends", "#1d4f7c", 5);
  dot("here", isSeeking ? "#a83a0a" : "#1d4f7c", 8);
  if (ways.length > 0) fit(map, ways.flat());
}

/** All of the ways are seen; where they go around the world, as much as there is room for. */
function fit(map: MapLibre, points: readonly Position[]): void {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  map.fitBounds([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], { padding: 32, maxZoom: 4, animate: false });
}

function collection(geometries: readonly GeoJSON.Geometry[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features: geometries.map((geometry) => ({ type: "Feature", geometry, properties: {} })) };
}
