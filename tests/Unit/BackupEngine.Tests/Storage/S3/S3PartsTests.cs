using CloudBackup.Storage.S3;
using CsCheck;

namespace CloudBackup.Tests.Storage.S3;

public sealed class S3PartsTests
{
    private const long Memory = 32L * 1024 * 1024; // half of the least default limit

    private static readonly S3Profile Standard = S3Profiles.Find("s3-compatible")!;

    [Fact]
    public void Parts_keep_the_protocols_limits_whatever_the_memory() => Gen.Int[1, 10_000].Select(Gen.Long[1024 * 1024, 1L << 40]).Sample((number, memory) =>
    {
        foreach (var profile in S3Profiles.All)
        {
            var length = S3Parts.LengthOf(Math.Min(number, profile.MostParts), profile, null, memory);
            Assert.InRange(length, S3Profile.SmallestPart, S3Profile.LargestRequest);
            Assert.True(length <= Math.Max(memory, S3Profile.SmallestPart));
        }
    });

    [Fact]
    public void A_content_of_known_length_fits_when_memory_allows() => Gen.Long[1, 5L << 40].Sample(length =>
    {
        var part = S3Parts.LengthOf(1, Standard, length, 1L << 34);
        Assert.True(part * Standard.MostParts >= length);
        Assert.Equal(part, S3Parts.LengthOf(777, Standard, length, 1L << 34));
    });

    [Fact]
    public void Parts_never_shrink_and_small_backups_have_the_smallest()
    {
        var last = 0L;
        for (var number = 1; number <= Standard.MostParts; number++)
        {
            var length = S3Parts.LengthOf(number, Standard, null, Memory);
            Assert.True(length >= last);
            last = length;
        }
        Assert.Equal(S3Profile.SmallestPart, S3Parts.LengthOf(600, Standard, null, Memory));
    }

    [Fact]
    public void What_the_design_promises_fits()
    {
        Assert.InRange(S3Parts.Capacity(Standard, Memory), 180L << 30, 200L << 30);
        Assert.InRange(S3Parts.Capacity(S3Profiles.Find("scaleway-objectstorage")!, Memory), 18L << 30, 20L << 30);
        // Amazon's largest object of five terabytes, with 2 GB of memory for parts.
        Assert.True(S3Parts.Capacity(Standard, 2L << 30) > 5_000_000_000_000);
    }

    [Fact]
    public void Where_parts_must_be_equal_they_are()
    {
        var profile = S3Profiles.Find("cloudflare-r2")!;
        var first = S3Parts.LengthOf(1, profile, null, Memory);
        Assert.All(Enumerable.Range(1, profile.MostParts), number => Assert.Equal(first, S3Parts.LengthOf(number, profile, null, Memory)));
    }
}
