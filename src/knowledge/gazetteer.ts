/** Names of places by GB/T 2260 code: provinces, cities, counties. A place is not a pooling region; rules are in `regions/`. */
import { areaList } from '@vant/area-data';
import type { RegionCode } from '../domain/insurance.ts';

/** Code -> name, per level. */
export const PLACES: {
  readonly provinces: Readonly<Record<RegionCode, string>>;
  readonly cities: Readonly<Record<RegionCode, string>>;
  readonly counties: Readonly<Record<RegionCode, string>>;
} = { provinces: areaList.province_list, cities: areaList.city_list, counties: areaList.county_list };

/** The full name, such as 浙江省杭州市; undefined for a code nobody issued. */
export function placeName(code: RegionCode): string | undefined {
  const province = PLACES.provinces[`${code.slice(0, 2)}0000`];
  const city = PLACES.cities[`${code.slice(0, 4)}00`];
  const parts = [province, code.endsWith('0000') ? undefined : city, PLACES.counties[code]];
  const isKnown = [PLACES.provinces, PLACES.cities, PLACES.counties].some((level) => code in level);
  // A municipality stands in the list as province and as city under one name.
  return isKnown ? [...new Set(parts.filter((part) => part !== undefined))].join('') : undefined;
}
