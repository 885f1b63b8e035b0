// All candidate places of the world on the map, from matching's vector tiles, with the list's cities marked in it.
import { addProtocol, type ExpressionSpecification, type GeoJSONSource, type Map as MapLibre, type MapLayerMouseEvent, type VectorTileSource } from "maplibre-gl";
import { useEffect, useRef } from "react";
import { file } from "../../api/client";
import { FONT } from "../../map/base";
import { useMap } from "../../map/useMap";
import { useWords } from "../../words";
import { BANDS, INK, PAPER, SEEKING } from "./colours";
import type { Place } from "./questions";

const ALONE_FROM = 8; // the level of tiles from which on each place is a point of its own
const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

// Tiles are for staff: they are fetched with the token, as everything else is.
addProtocol("matching", async ({ url }, { signal }) => {
  const answer = await file("matching", url.replace(/^matching:\/\//, ""), signal);
  return { data: await answer.arrayBuffer() };
});

interface Props {
  tiles: string;
  /** Says that the places themselves have changed, though their address has not. */
  stamp: number;
  listed: readonly Place[];
  selected: Place | null;
  select: (city: number) => void;
}

export default function WorldMap({ tiles, stamp, listed, selected, select }: Props) {
  const { t } = useWords();
  const choose = useRef(select);
  choose.current = select;
  const { box, map, trouble } = useMap({ center: [15, 25], zoom: 0.9 }, (made) => furnish(made, tiles, (city) => choose.current(city)));
  const shown = useRef({ tiles, stamp });

  useEffect(() => {
    if (!map || (shown.current.tiles === tiles && shown.current.stamp === stamp)) return;
    shown.current = { tiles, stamp };
    (map.getSource("world") as VectorTileSource).setTiles([tiles]);
  }, [map, tiles, stamp]);

  useEffect(() => {
    (map?.getSource("listed") as GeoJSONSource | undefined)?.setData(pointsOf(listed));
  }, [map, listed]);

  useEffect(() => {
    if (!map) return;
    (map.getSource("selected") as GeoJSONSource).setData(pointsOf(selected ? [selected] : []));
    if (selected) map.easeTo({ center: [selected.longitude, selected.latitude], zoom: Math.max(map.getZoom(), 4) });
  }, [map, selected]);

  return (
    <>
      <div ref={box} className="map" data-map-state="loading" />
      <p className="hidden">{t("map.help")}</p>
      {trouble && <p className="said" role="status">{t(trouble)}</p>}
    </>
  );
}

function pointsOf(places: readonly Place[]): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: places.map((place) => ({
      type: "Feature",
      id: place.geoname_id,
      geometry: { type: "Point", coordinates: [place.longitude, place.latitude] },
      properties: { name: place.name },
    })),
  };
}

const HAS_MANY: ExpressionSpecification = ["has", "n"];
const HAS_LISTED: ExpressionSpecification = ["has", "listed"];
const COLOUR: ExpressionSpecification = ["match", ["get", "band"], 4, BANDS[4], 3, BANDS[3], 2, BANDS[2], 1, BANDS[1], BANDS[0]];

function furnish(map: MapLibre, tiles: string, select: (city: number) => void): void {
  map.addSource("world", { type: "vector", tiles: [tiles], maxzoom: ALONE_FROM });
  map.addSource("listed", { type: "geojson", data: NOTHING });
  map.addSource("selected", { type: "geojson", data: NOTHING });
  const places = { source: "world", "source-layer": "places" };
  map.addLayer({
    id: "cells", type: "circle", ...places, filter: HAS_MANY,
    layout: { "circle-sort-key": ["get", "band"] },
    paint: {
      "circle-color": COLOUR,
      "circle-radius": ["interpolate", ["linear"], ["ln", ["get", "n"]], 0.7, 7, 9, 18],
      "circle-stroke-width": ["case", HAS_LISTED, 3, 1.5],
      "circle-stroke-color": ["case", HAS_LISTED, SEEKING, PAPER],
    },
  });
  map.addLayer({
    id: "places", type: "circle", ...places, filter: ["!", HAS_MANY],
    layout: { "circle-sort-key": ["get", "band"] },
    paint: {
      "circle-color": ["case", HAS_LISTED, SEEKING, COLOUR],
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 2, 4, 8, 6],
      "circle-stroke-width": 1.5,
      "circle-stroke-color": PAPER,
    },
  });
  map.addLayer({
    id: "counts", type: "symbol", ...places, filter: HAS_MANY,
    layout: { "text-field": COUNT, "text-font": FONT, "text-size": 10, "text-allow-overlap": true, "text-ignore-placement": true },
    paint: { "text-color": ["case", [">=", ["get", "band"], 3], PAPER, INK] },
  });
  map.addLayer({
    id: "place-names", type: "symbol", ...places, filter: ["!", HAS_MANY], minzoom: 6,
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.6], "symbol-sort-key": ["-", ["get", "band"]] },
    paint: { "text-color": INK, "text-halo-color": PAPER, "text-halo-width": 1.2 },
  });
  map.addLayer({
    id: "listed", type: "circle", source: "listed",
    paint: { "circle-color": PAPER, "circle-radius": 4, "circle-stroke-width": 2.5, "circle-stroke-color": INK },
  }, "counts");
  map.addLayer({
    id: "selected", type: "circle", source: "selected",
    paint: { "circle-color": "rgba(0, 0, 0, 0)", "circle-radius": 13, "circle-stroke-width": 3, "circle-stroke-color": INK },
  });
  for (const layer of ["places", "listed"])
    map.on("click", layer, (event: MapLayerMouseEvent) => select(Number(event.features?.[0]?.id)));
  map.on("click", "cells", (event: MapLayerMouseEvent) => {
    const isListed = map.queryRenderedFeatures(event.point, { layers: ["listed"] }).length > 0;
    if (!isListed) map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2 });
  });
  for (const layer of ["cells", "places", "listed"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

/** 950, 9.5k, 95k: what fits in a circle. */
const COUNT: ExpressionSpecification = [
  "case",
  ["<", ["get", "n"], 1000], ["to-string", ["get", "n"]],
  ["<", ["get", "n"], 9950], ["concat", ["number-format", ["/", ["get", "n"], 1000], { "max-fraction-digits": 1 }], "k"],
  ["concat", ["to-string", ["round", ["/", ["get", "n"], 1000]]], "k"],
];
