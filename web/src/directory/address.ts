// The reader's wishes in the address: Back takes the last filter away, a copied link shows the same.
import { useAddress } from "../shell/address";
import { fromAddress, toAddress, type Wanted } from "./wanted";

const write = (wanted: Wanted) => `${location.pathname}${toAddress(wanted, location.search)}`;

/** Typing and looking around replace the entry of the history; a filter makes a new one. */
export const useWanted = () => useAddress(fromAddress, write);
