// The pages of staff, on top of each of them.
import { Within } from "../shell/Within";

export const STAFF_PAGES = [
  { name: "Your work", at: "/staff" },
  { name: "World", at: "/staff/world" },
  { name: "Listings", at: "/staff/listings" },
  { name: "Mail", at: "/staff/mail" },
  { name: "Contacts", at: "/staff/contacts" },
  { name: "Letters", at: "/staff/letters" },
  { name: "Reports", at: "/staff/reports" },
] as const;

/** `current` may be left out on pages that are none of these, a case for instance. */
export function StaffNav({ current }: { current?: (typeof STAFF_PAGES)[number]["name"] }) {
  return <Within label="Pages of staff" pages={STAFF_PAGES} current={current} />;
}
