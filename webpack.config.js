// The snap bundle: one CommonJS file with the Rust core inside it as base64, and the
// manifest with the bundle's checksum. The companion page is served as it is in site/.

const { resolve } = require('node:path');
const { DefinePlugin } = require('webpack');
const { default: SnapsWebpackPlugin } = require('@metamask/snaps-webpack-plugin');

const snap = resolve(__dirname, 'snap');

/** @type {import('webpack').Configuration} */
module.exports = {
  mode: 'production',
  target: ['web', 'es2022'],
  devtool: false,
  context: snap,
  entry: './src/index.tsx',
  stats: 'errors-warnings',
  output: {
    path: resolve(snap, 'dist'),
    filename: 'bundle.js',
    // The only form MetaMask evaluates: CommonJS in a single file that fetches nothing.
    library: { type: 'assign', name: 'module.exports' },
    chunkFormat: 'commonjs',
    chunkLoading: false,
    wasmLoading: false,
  },
  module: {
    parser: { javascript: { importMeta: false, dynamicImportMode: 'eager' } },
    rules: [
      {
        test: /\.tsx?$/u,
        loader: 'swc-loader',
        options: {
          jsc: {
            target: 'es2022',
            parser: { syntax: 'typescript', tsx: true },
            transform: { react: { runtime: 'automatic', importSource: '@metamask/snaps-sdk' } },
          },
        },
      },
      {
        resourceQuery: /base64/u,
        type: 'asset/inline',
        generator: { dataUrl: (content) => content.toString('base64') },
      },
    ],
  },
  resolve: { extensions: ['.tsx', '.ts', '.js'] },
  optimization: { splitChunks: false, runtimeChunk: false },
  performance: { hints: false },
  plugins: [
    new DefinePlugin({ 'process.env.NODE_DEBUG': 'false' }),
    new SnapsWebpackPlugin({ manifestPath: resolve(snap, 'snap.manifest.json'), stripComments: true }),
  ],
  ignoreWarnings: [
    // The build writes the manifest without a checksum; the plugin fills it in and says so.
    /shasum.*\(fixed\)/isu,
    // Optional, and the snap is installed from a server of one's own, not from a registry.
    /package\.json property: "repository"/u,
  ],
};
