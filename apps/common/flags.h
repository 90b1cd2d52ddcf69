// Flags that both programs take, defined once in flags.cc.
#pragma once

#include <gflags/gflags.h>

DECLARE_string(model);
DECLARE_string(gender);
DECLARE_string(regressors);
DECLARE_int32(threads);
DECLARE_uint64(seed);
DECLARE_string(out);
DECLARE_bool(quiet);
DECLARE_int32(components);
DECLARE_double(floor);
DECLARE_double(cap);
DECLARE_int32(restarts);
DECLARE_bool(mirror);
DECLARE_bool(everyday);
DECLARE_string(standing);
DECLARE_double(standing_share);
DECLARE_string(image_size);
DECLARE_string(images);
DECLARE_string(keypoint_set);
DECLARE_string(read_as);
DECLARE_int32(dense_points);
DECLARE_string(chart);
