// One blue from light to dark, the darker the better; grey is what cannot be chosen. The legend shows the same.
export const BANDS = ["#c9ced4", "#a9c3d8", "#6f9dc2", "#1d4f7c", "#0b2a45"] as const;
export const SEEKING = "#a83a0a";
export const INK = "#1b2733";
export const PAPER = "#ffffff";
