import type { Layout, Span, View } from './layout.ts';

interface Place {
  readonly layout: Layout;
  readonly view: View;
}

/**
 * A picture of one pixel for each page that is seen, scaled to the cells. A million pixels take milliseconds to write
 * and none to draw again, so they are kept until what they show is another.
 */
export class PixelPicture {
  /** Made when there is something to draw: most pictures of a grid never have. */
  #canvas: OffscreenCanvas | undefined;
  #image: ImageData | undefined;
  #shown: readonly unknown[] = [];

  /**
   * Draws the picture where the pages of `span` are.
   *
   * @param shows everything that the pixels depend on besides the place; compared one by one with what it was the last
   * time
   * @param write fills the pixels, little-endian RGBA words, row by row; what it leaves alone is as it was
   */
  paint(
    context: CanvasRenderingContext2D,
    { layout, view }: Place,
    span: Span,
    shows: readonly unknown[],
    write: (words: Uint32Array) => void,
  ): void {
    const { firstRow, lastRow } = span;
    const [columns, rows] = [layout.columns, lastRow - firstRow + 1];
    const now = [columns, firstRow, lastRow, ...shows];
    if (now.length !== this.#shown.length || now.some((value, index) => value !== this.#shown[index])) {
      const image = this.#imageOf(columns, rows);
      if (!image) return;
      write(new Uint32Array(image.data.buffer));
      this.#context()?.putImageData(image, 0, 0);
      this.#shown = now;
    }
    if (!this.#canvas) return;
    const { width, height } = layout.cell;
    const scale = context.getTransform().a;
    // Enlarged, cells keep their edges; reduced below a pixel, neighbours are averaged, which shows density.
    context.imageSmoothingEnabled = Math.min(width, height) * scale < 1;
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#canvas, 0, firstRow * height - view.y, columns * width, rows * height);
  }

  #imageOf(columns: number, rows: number): ImageData | undefined {
    if (this.#image?.width === columns && this.#image.height === rows) return this.#image;
    this.#canvas ??= new OffscreenCanvas(columns, rows);
    this.#canvas.width = columns;
    this.#canvas.height = rows;
    this.#image = this.#context()?.createImageData(columns, rows);
    return this.#image;
  }

  #context(): OffscreenCanvasRenderingContext2D | null {
    // Its pixels are written one by one, many times a second: in memory of ours that takes half of the time.
    return this.#canvas?.getContext('2d', { willReadFrequently: true }) ?? null;
  }
}
