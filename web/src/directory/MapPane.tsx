// The map beside the list: the same cities in clusters, and the partnerships of the selected one as arcs.
import { useQuery } from "@tanstack/react-query";
import { LngLatBounds, type ExpressionSpecification, type GeoJSONSource, type Map as MapLibre, type MapLayerMouseEvent } from "maplibre-gl";
import { useEffect, useRef } from "react";
import { directory } from "../api/client";
import { arc } from "../map/arcs";
import { FONT } from "../map/base";
import { useMap } from "../map/useMap";
import { useWords } from "../words";
import type { City } from "./cities";

const ACTION = "#1d4f7c";
const SEEKING = "#a83a0a";
const PAPER = "#ffffff";
const WORLD: [[number, number], [number, number]] = [[-170, -56], [180, 74]];
const CLOSEST = 5; // so that one city is seen in its country

interface Props {
  cities: readonly City[];
  selected: string | null;
  select: (id: string) => void;
}

export default function MapPane({ cities, selected, select }: Props) {
  const { t } = useWords();
  const choose = useRef(select);
  choose.current = select;
  const { box, map, trouble } = useMap({ bounds: WORLD }, (made) => {
    addCities(made, (id) => choose.current(id));
    made.on("idle", () => (made.getContainer().dataset["mapCount"] = String(countOf(made))));
  });

  useEffect(() => {
    if (!map) return;
    (map.getSource("cities") as GeoJSONSource).setData(pointsOf(cities));
    map.fitBounds(boundsOf(cities), { padding: 48, maxZoom: CLOSEST, animate: !isStill() });
  }, [map, cities]);

  useArcs(map, cities.find((city) => city.id === selected));

  return (
    <>
      <div ref={box} className="map" data-map-state="loading" />
      <p className="hidden">{t("map.help")}</p>
      {trouble && <p className="said" role="status">{t(trouble)}</p>}
      <ul className="legend" aria-label={t("map.legend")}>
        <li><span className="sign seeking" />{t("status.short.seeking")}</li>
        <li><span className="sign" />{t("status.short.partnered")}</li>
      </ul>
    </>
  );
}

function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** The smallest part of the world in which the cities lie; all of it where there are none. */
function boundsOf(cities: readonly City[]): LngLatBounds {
  const bounds = new LngLatBounds();
  for (const { longitude, latitude } of cities) bounds.extend([longitude, latitude]);
  return bounds.isEmpty() ? LngLatBounds.convert(WORLD) : bounds;
}

/** How many cities the drawn circles stand for, each once however often the world is drawn. */
function countOf(map: MapLibre): number {
  const drawn = map.queryRenderedFeatures({ layers: ["clusters", "points"] });
  const counts = new Map(drawn.map(({ properties: its }) => [its["cluster_id"] ?? its["id"], its["point_count"] ?? 1]));
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function pointsOf(cities: readonly City[]): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: cities.map((city) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [city.longitude, city.latitude] },
      properties: { id: city.id, name: city.name, seeking: Number(city.isSeeking) },
    })),
  };
}

/** Under the counts the circles, under them the arcs, and under all of it the names of countries. */
function addCities(map: MapLibre, select: (id: string) => void): void {
  map.addSource("arcs", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addSource("cities", {
    type: "geojson",
    data: { type: "FeatureCollection", features: [] },
    cluster: true,
    clusterRadius: 44,
    clusterMaxZoom: 8,
    clusterProperties: { seeking: ["+", ["get", "seeking"]] },
  });
  const isSeeking: ExpressionSpecification = [">", ["get", "seeking"], 0];
  map.addLayer({ id: "arcs", type: "line", source: "arcs", paint: { "line-color": ACTION, "line-width": 2 }, layout: { "line-cap": "round" } }, "names");
  map.addLayer({
    id: "clusters",
    type: "circle",
    source: "cities",
    filter: ["has", "point_count"],
    paint: {
      "circle-color": ACTION,
      "circle-radius": ["interpolate", ["linear"], ["ln", ["get", "point_count"]], 0.7, 12, 7, 24],
      "circle-stroke-width": 2.5,
      "circle-stroke-color": ["case", isSeeking, SEEKING, PAPER],
    },
  });
  map.addLayer({
    id: "points",
    type: "circle",
    source: "cities",
    filter: ["!", ["has", "point_count"]],
    paint: {
      "circle-color": ["case", isSeeking, SEEKING, ACTION],
      "circle-radius": ["case", isSeeking, 7, 6],
      "circle-stroke-width": 2,
      "circle-stroke-color": PAPER,
    },
  });
  map.addLayer({
    id: "selected",
    type: "circle",
    source: "cities",
    filter: ["==", ["get", "id"], ""],
    paint: { "circle-color": "rgba(0, 0, 0, 0)", "circle-radius": 12, "circle-stroke-width": 3, "circle-stroke-color": "#1b2733" },
  });
  map.addLayer({
    id: "counts",
    type: "symbol",
    source: "cities",
    filter: ["has", "point_count"],
    layout: {
      "text-field": ["to-string", ["get", "point_count_abbreviated"]],
      "text-font": FONT,
      "text-size": 12,
      "text-ignore-placement": true,
      "text-allow-overlap": true,
    },
    paint: { "text-color": PAPER },
  });
  map.on("click", "points", (event: MapLayerMouseEvent) => select(String(event.features?.[0]?.properties["id"])));
  map.on("click", "clusters", (event: MapLayerMouseEvent) => void closer(map, event));
  for (const layer of ["points", "clusters"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

async function closer(map: MapLibre, event: MapLayerMouseEvent): Promise<void> {
  const cluster = event.features?.[0];
  if (!cluster) return;
  const source = map.getSource("cities") as GeoJSONSource;
  const zoom = await source.getClusterExpansionZoom(Number(cluster.properties["cluster_id"]));
  map.easeTo({ center: event.lngLat, zoom });
}

/** Only those of the selected city: two hundred at once are a hairball. */
function useArcs(map: MapLibre | null, city: City | undefined): void {
  const { data } = useQuery({
    queryKey: ["place", city?.id],
    enabled: city !== undefined && city.partnerships > 0,
    queryFn: async ({ signal }) =>
      (await directory.GET("/api/directory/v1/places/{geoname_id}", {
        params: { path: { geoname_id: Number(city!.id) } },
        signal,
      })).data!,
  });
  useEffect(() => {
    if (!map) return;
    const arcs = (city && data ? data.all_partnerships : []).filter((each) => each.is_active);
    (map.getSource("arcs") as GeoJSONSource).setData({
      type: "FeatureCollection",
      features: arcs.map(({ member, partner }) => ({
        type: "Feature",
        geometry: {
          type: "LineString",
          coordinates: arc([member.longitude, member.latitude], [partner.longitude, partner.latitude]),
        },
        properties: {},
      })),
    });
    map.setFilter("selected", ["==", ["get", "id"], city?.id ?? ""]);
    if (city) map.easeTo({ center: [city.longitude, city.latitude], zoom: Math.max(map.getZoom(), 3) });
  }, [map, city, data]);
}
