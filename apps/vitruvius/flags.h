// The flags of the commands, defined once in flags.cc and, where the learning program takes them too, in
// apps/common/flags.cc; each command lists those it takes. Nothing below apps reads one.
#pragma once

#include <string>
#include <vector>

#include <gflags/gflags.h>

#include "apps/common/command_line.h"
#include "apps/common/flags.h"
#include "apps/vitruvius/command.h"

DECLARE_string(from);
DECLARE_string(prior);
DECLARE_string(recipe);
DECLARE_string(focal);
DECLARE_double(fov);
DECLARE_double(focal_mm);
DECLARE_string(conventions);
DECLARE_int32(starts);
DECLARE_int32(hypotheses);
DECLARE_int32(hypothesis);
DECLARE_string(shard);
DECLARE_bool(resume);
DECLARE_bool(overwrite);
DECLARE_string(solver);
DECLARE_bool(overlay);
DECLARE_int32(overlay_limit);
DECLARE_bool(obj);
DECLARE_bool(report);
DECLARE_int32(bodies);
DECLARE_int32(pictures);
DECLARE_bool(glb);
DECLARE_string(up);
DECLARE_string(unit);
DECLARE_int32(rest_frame);
DECLARE_string(id);
DECLARE_int32(limit);
DECLARE_int32(stride);
DECLARE_string(to);
DECLARE_double(fps);
DECLARE_string(up_axis);
DECLARE_string(observations);
DECLARE_bool(penetration);
DECLARE_string(yaw);
DECLARE_string(posture);
DECLARE_double(noise_px);
DECLARE_string(lookup);
DECLARE_int32(surface_points);
DECLARE_bool(weak);
DECLARE_double(shape_std);
DECLARE_double(noise_m);
DECLARE_bool(keypoints3d);
DECLARE_bool(json);
DECLARE_int32(size);
DECLARE_string(view);
DECLARE_string(train);
DECLARE_string(test);
DECLARE_string(truth);
DECLARE_int64(samples);
DECLARE_int32(queries);
DECLARE_int32(inverted);
DECLARE_int32(path_bodies);
DECLARE_int32(compared);
DECLARE_int32(meshes);
DECLARE_int32(people);
DECLARE_bool(circle);
DECLARE_int64(count);
DECLARE_int32(side);
DECLARE_string(backgrounds);
DECLARE_int32(points);
DECLARE_double(occluded);
DECLARE_double(betas_sd);
