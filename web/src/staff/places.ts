// What places are called in a sentence.
import { country } from "./words";

const STATES: Record<string, string> = Object.fromEntries(
  ("AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,FL Florida," +
    "GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland," +
    "MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire," +
    "NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania," +
    "RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington," +
    "WV West Virginia,WI Wisconsin,WY Wyoming").split(",").map((each) => [each.slice(0, 2), each.slice(3)]),
);

/** "Moscow, Idaho", "Ashikaga, Japan"; Singapore is its country itself. */
export function nameOf(place: { name: string; country: string; admin1: string }): string {
  const where = place.country === "US" ? (STATES[place.admin1] ?? place.admin1) : country(place.country);
  return !where || where === place.name ? place.name : `${place.name}, ${where}`;
}
