// Environment variables that LibTorch's libraries read before main() begins. A program that uses them has to
// be started with these, or to start itself again.
#pragma once

namespace vitruvius {

// Sets those that the user has not set; false when there was nothing left to set.
//   OMP_WAIT_POLICY=passive   threads that wait must not spin: on a busy machine that costs a factor
//   OPENBLAS_NUM_THREADS=1    its own threads spin too, and networks as small as ours gain nothing by them
//   OPENBLAS_CORETYPE         OpenBLAS 0.3.21 takes processors newer than itself for very old ones, and is
//                             several times slower then
bool PrepareMathEnvironment();

}  // namespace vitruvius
