// The map under everything: land, borders and the names of countries, drawn from files of this origin alone.
import { Map as MapLibre, setWorkerUrl, type LngLatBoundsLike, type LngLatLike, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import { feature } from "topojson-client";
import type { Topology } from "topojson-specification";
import type { Words } from "../words";

setWorkerUrl(workerUrl);

const FONT = ["Public Sans", "Noto Sans", "Noto Sans Arabic", "Noto Sans CJK JP", "sans-serif"];
const SMALL = 60; // square degrees: countries smaller than this are named from closer
const ATTRIBUTION = "Natural Earth, Visionscarto · U.S. Census Bureau · GeoNames CC BY 4.0";

/** [ISO code, longitude, latitude, size in square degrees] of each country, the largest first. */
type Names = readonly (readonly [string, number, number, number])[];

interface Ground {
  world: Topology;
  names: Names;
}

let asked: Promise<Ground> | undefined;

/** Asked for once; a failure is not kept. */
export function ground(): Promise<Ground> {
  asked ??= Promise.all([json<Topology>("/map/world.json"), json<Names>("/map/names.json")])
    .then(([world, names]) => ({ world, names }))
    .catch((problem: unknown) => {
      asked = undefined;
      throw problem;
    });
  return asked;
}

async function json<T>(address: string): Promise<T> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json() as Promise<T>;
}

export function hasWebGL(): boolean {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

export type View = { center: LngLatLike; zoom: number } | { bounds: LngLatBoundsLike };

/** A map in the element, named for those who hear it; `data-map-state` of the element tells when it has come to rest. */
export function drawMap(container: HTMLElement, { world, names }: Ground, words: Words, view: View): MapLibre {
  const map = new MapLibre({
    container,
    style: styleOf(world, names, words),
    ...view,
    maxZoom: 9,
    attributionControl: { compact: false, customAttribution: ATTRIBUTION },
    renderWorldCopies: true,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    locale: {
      "Map.Title": words.t("map.title"),
      "NavigationControl.ZoomIn": words.t("map.zoomIn"),
      "NavigationControl.ZoomOut": words.t("map.zoomOut"),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.on("dataloading", () => (container.dataset["mapState"] = "loading"));
  map.on("movestart", () => (container.dataset["mapState"] = "loading"));
  map.on("idle", () => (container.dataset["mapState"] = "idle"));
  return map;
}

function styleOf(world: Topology, names: Names, words: Words): StyleSpecification {
  const drawn = (part: "land" | "borders" | "states") => ({
    type: "geojson" as const,
    data: feature(world, world.objects[part]!),
    tolerance: 0.3,
  });
  return {
    version: 8,
    sources: {
      land: drawn("land"),
      borders: drawn("borders"),
      states: drawn("states"),
      names: {
        type: "geojson",
        data: {
          type: "FeatureCollection",
          features: names.filter(([code]) => code !== "AQ").map(([code, x, y, size]) => ({
            type: "Feature",
            geometry: { type: "Point", coordinates: [x, y] },
            properties: { name: words.country(code), size },
          })),
        },
      },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#dfe8ee" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f5f3ee", "fill-outline-color": "#c9ced4" } },
      { id: "states", type: "line", source: "states", minzoom: 3, paint: { "line-color": "#d9d6cc", "line-width": 0.75 } },
      { id: "borders", type: "line", source: "borders", paint: { "line-color": "#b9bfc6", "line-width": 0.75 } },
      {
        id: "names",
        type: "symbol",
        source: "names",
        filter: [">=", ["get", "size"], ["step", ["zoom"], SMALL, 2.5, SMALL / 4, 4, 1, 5.5, 0]],
        layout: {
          "text-field": ["get", "name"],
          "text-font": FONT,
          "text-size": ["interpolate", ["linear"], ["zoom"], 1, 11, 6, 15],
          "symbol-sort-key": ["-", ["get", "size"]],
          "text-max-width": 8,
        },
        paint: { "text-color": "#52606d", "text-halo-color": "#f5f3ee", "text-halo-width": 1.2 },
      },
    ],
  };
}

export { FONT };
