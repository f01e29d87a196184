/** The place an address lies in, no finer than the city. */
import { PLACES, placeName } from './gazetteer.ts';

/**
 * The full name of the city named in an address, such as a map gives; of the province when no city is named.
 * Undefined when there is none. Street and house are left out: nobody has to know them.
 */
export function placeIn(address: string): string | undefined {
  const province = named(PLACES.provinces, address);
  const cities = Object.entries(PLACES.cities).filter(([, name]) => address.includes(name));
  // Some districts are called like cities elsewhere: the one within the named province is meant.
  const city = cities.find(([code]) => province === undefined || code.startsWith(province.slice(0, 2)))?.[0];
  const code = city ?? province;
  return code === undefined ? undefined : placeName(code);
}

function named(places: Readonly<Record<string, string>>, address: string): string | undefined {
  return Object.entries(places).find(([, name]) => address.includes(name))?.[0];
}
