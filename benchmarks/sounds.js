// Listens to all that a page sends to the loudspeaker: window.sounds() tells whether it is silent.
(() => {
  const silence = 1e-4; // of full scale
  const { connect } = AudioNode.prototype;
  const taps = new Map(); // by destination
  AudioNode.prototype.connect = function (target, ...more) {
    if (target instanceof AudioDestinationNode) {
      const tap = taps.get(target) ?? new AnalyserNode(target.context, { fftSize: 512 });
      taps.set(target, tap);
      connect.call(this, tap);
    }
    return connect.call(this, target, ...more);
  };
  const samples = new Float32Array(512);
  window.sounds = () => {
    for (const tap of taps.values()) {
      tap.getFloatTimeDomainData(samples);
      if (samples.some((sample) => Math.abs(sample) > silence)) return true;
    }
    return false;
  };
})();
