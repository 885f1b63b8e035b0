// A map in a box of the page, for as long as the page is there.
import { NavigationControl, type Map as MapLibre } from "maplibre-gl";
import { useEffect, useRef, useState, type RefObject } from "react";
import { useWords } from "../words";
import { drawMap, ground, hasWebGL, type View } from "./base";

export interface Drawn {
  box: RefObject<HTMLDivElement | null>;
  /** Null until it can be drawn on. */
  map: MapLibre | null;
  trouble: "map.noWebGL" | "map.failed" | null;
}

/** `furnish` adds what the map shows, once for each map. */
export function useMap(view: View, furnish: (map: MapLibre) => void): Drawn {
  const words = useWords();
  const box = useRef<HTMLDivElement>(null);
  const first = useRef({ view, furnish });
  const [map, setMap] = useState<MapLibre | null>(null);
  const [trouble, setTrouble] = useState<Drawn["trouble"]>(null);
  useEffect(() => {
    const container = box.current;
    if (!container) return;
    if (!hasWebGL()) {
      setTrouble("map.noWebGL");
      return;
    }
    let [isGone, made]: [boolean, MapLibre | null] = [false, null];
    ground().then(
      (found) => {
        if (isGone) return;
        made = drawMap(container, found, words, first.current.view);
        made.addControl(new NavigationControl({ showCompass: false }), "top-right");
        made.once("load", () => {
          first.current.furnish(made!);
          setMap(made);
        });
      },
      () => setTrouble("map.failed"),
    );
    return () => {
      isGone = true;
      made?.remove();
      setMap(null);
    };
  }, [words]);
  return { box, map, trouble };
}
