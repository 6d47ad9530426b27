import {
  clampView,
  type Layout,
  nearestPage,
  nextColumns,
  type Point,
  pageAt,
  pictureHeight,
  reveal,
  smallerSide,
  topView,
  type View,
  type Viewport,
  wholeLayout,
  zoomedLayout,
} from './layout.ts';
import { spriteCell } from './sprites.ts';

/** Beside a picture of which only a part is seen: the whole, CSS pixels. */
export const minimap = { width: 14, gap: 10 };

/** Which part of a region's picture is seen, and how large: it steps along the ladder of columns, and scrolls. */
export class Camera {
  readonly #pages: number;
  /** The columns that all regions share, and those that are shown. */
  #base: number;
  #columns: number;
  #layout: Layout;
  #viewport: Viewport = { width: 0, height: 0 };
  #scale = 1;
  #view: View = topView;

  constructor(pages: number, columns: number) {
    this.#pages = pages;
    this.#base = columns;
    this.#columns = columns;
    this.#layout = wholeLayout(pages, columns, this.#viewport, 1);
  }

  get layout(): Layout {
    return this.#layout;
  }

  get view(): View {
    return this.#view;
  }

  get viewport(): Viewport {
    return this.#viewport;
  }

  /** Device pixels in a CSS pixel. */
  get scale(): number {
    return this.#scale;
  }

  get zoomed(): boolean {
    return this.#columns !== this.#base;
  }

  get canEnlarge(): boolean {
    return nextColumns(this.#columns, true) < this.#columns;
  }

  /** Where the small picture of the whole begins; undefined while the whole is seen. */
  get minimapLeft(): number | undefined {
    if (!this.zoomed || pictureHeight(this.#layout) <= this.#viewport.height) return undefined;
    return this.#layout.columns * this.#layout.cell.width + minimap.gap;
  }

  /** The columns that all regions share have become others; false where they are the same. */
  share(columns: number): boolean {
    if (columns === this.#base) return false;
    const zoomed = this.zoomed && this.#columns < columns;
    this.#base = columns;
    this.#turn(zoomed ? this.#columns : columns, 0);
    return true;
  }

  resize(viewport: Viewport, scale: number): void {
    this.#viewport = viewport;
    this.#scale = scale;
    this.#lay();
  }

  /** Larger cells or smaller ones, by one rung of the ladder; what is under `at` keeps its height. False at its end. */
  zoom(closer: boolean, at?: Point): boolean {
    const columns = Math.min(this.#base, nextColumns(this.#columns, closer));
    if (columns === this.#columns) return false;
    const point = at ?? { x: 0, y: this.#viewport.height / 2 };
    this.#turn(columns, this.nearest(point), point.y);
    return true;
  }

  fit(): void {
    this.#turn(this.#base, 0);
  }

  /** Scrolls; false where there is nowhere to go. */
  scroll(dy: number): boolean {
    const view = clampView({ y: this.#view.y + dy }, this.#layout, this.#viewport);
    if (view.y === this.#view.y) return false;
    this.#view = view;
    return true;
  }

  /** Goes where a press on the small picture of the whole points; false where the point is not on it. */
  jump({ x, y }: Point): boolean {
    const left = this.minimapLeft;
    if (left === undefined || x < left) return false;
    const { height } = this.#viewport;
    this.scroll((y / height) * pictureHeight(this.#layout) - height / 2 - this.#view.y);
    return true;
  }

  /** Brings a page into sight, moving as little as needed. */
  reveal(page: number): void {
    this.#view = reveal(Math.min(page, this.#pages - 1), this.#layout, this.#view, this.#viewport);
  }

  /** Brings a page into sight, at a size at which its cell is drawn as one. */
  approach(page: number): void {
    while (smallerSide(this.#layout) < spriteCell && this.canEnlarge)
      this.#turn(nextColumns(this.#columns, true), page);
    this.reveal(page);
  }

  pageAt(point: Point): number | undefined {
    return pageAt(point, this.#layout, this.#view);
  }

  nearest(point: Point): number {
    return nearestPage(point, this.#layout, this.#view);
  }

  /** Turns to other columns, and keeps a page at a height. */
  #turn(columns: number, page: number, y = this.#viewport.height / 2): void {
    this.#columns = columns;
    this.#lay();
    const top = Math.floor(page / columns) * this.#layout.cell.height;
    this.#view = clampView({ y: top - y }, this.#layout, this.#viewport);
  }

  #lay(): void {
    const { width, height } = this.#viewport;
    this.#layout = wholeLayout(this.#pages, this.#columns, this.#viewport, this.#scale);
    if (this.zoomed) {
      const beside = { width: Math.max(1, width - minimap.width - minimap.gap), height };
      this.#layout = zoomedLayout(this.#pages, this.#columns, beside, this.#scale);
    }
    this.#view = clampView(this.#view, this.#layout, this.#viewport);
  }
}
