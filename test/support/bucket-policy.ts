/** Who may do what with the bucket of the backups, as docs/backup.md gives it: the stack adds and reads, and lets go of locks alone. */
export function bucketPolicy(bucket: string, stack: string, platform: string): object {
  const objects = `arn:aws:s3:::${bucket}/*`;
  const allow = (user: string, action: readonly string[], resource: readonly string[]) => ({
    Effect: 'Allow',
    Principal: { AWS: [user] },
    Action: action,
    Resource: resource,
  });
  return {
    Version: '2012-10-17',
    Statement: [
      allow(stack, ['s3:ListBucket', 's3:GetBucketLocation'], [`arn:aws:s3:::${bucket}`]),
      allow(stack, ['s3:GetObject', 's3:PutObject'], [objects]),
      allow(stack, ['s3:DeleteObject'], [`arn:aws:s3:::${bucket}/*/locks/*`]),
      allow(platform, ['s3:*'], [`arn:aws:s3:::${bucket}`, objects]),
    ],
  };
}
