using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CsCheck;

namespace CloudBackup.Tests.Storage.S3;

public sealed class PartLengthsTests
{
    private const long Memory = 32L * 1024 * 1024; // half of the least default limit

    private static readonly S3Profile Standard = S3Profiles.Find("s3-compatible")!;

    [Fact]
    public void Parts_keep_the_protocols_limits_whatever_the_memory() => Gen.Int[1, 10_000].Select(Gen.Long[1024 * 1024, 1L << 40]).Sample((number, memory) =>
    {
        foreach (var profile in S3Profiles.All)
        {
            foreach (var likely in new[] { 0, memory, memory << 10 })
            {
                var length = PartLengths.LengthOf(Math.Min(number, profile.MostParts), profile, null, likely, memory);
                Assert.InRange(length, S3Profile.SmallestPart, profile.LargestPart);
                Assert.True(length <= Math.Max(memory, S3Profile.SmallestPart));
            }
        }
    });

    [Fact]
    public void A_content_of_known_length_fits_when_memory_allows() => Gen.Long[1, 5L << 40].Sample(length =>
    {
        var part = PartLengths.LengthOf(1, Standard, length, 0, 1L << 34);
        Assert.True(part * Standard.MostParts >= length);
        Assert.Equal(part, PartLengths.LengthOf(777, Standard, length, 0, 1L << 34));
    });

    [Fact]
    public void Parts_never_shrink_and_small_backups_have_the_smallest()
    {
        var last = 0L;
        for (var number = 1; number <= Standard.MostParts; number++)
        {
            var length = PartLengths.LengthOf(number, Standard, null, 0, Memory);
            Assert.True(length >= last);
            last = length;
        }
        Assert.Equal(S3Profile.SmallestPart, PartLengths.LengthOf(600, Standard, null, 0, Memory));
    }

    [Fact]
    public void What_the_design_promises_fits()
    {
        var scaleway = S3Profiles.Find("scaleway-objectstorage")!;
        Assert.InRange(PartLengths.Capacity(Standard, 0, Memory), 180L << 30, 200L << 30);
        Assert.InRange(PartLengths.Capacity(scaleway, 0, Memory), 18L << 30, 20L << 30);
        // Where the length can be told, as many bytes as all parts hold that fit in memory.
        Assert.Equal(10_000 * Memory, PartLengths.Capacity(Standard, 310L << 30, Memory));
        Assert.Equal(1_000 * Memory, PartLengths.Capacity(scaleway, 31L << 30, Memory));
        // Five terabytes with 2 GB of memory for parts, and all that Amazon takes.
        Assert.True(PartLengths.Capacity(Standard, 0, 2L << 30) > 5_000_000_000_000);
        Assert.True(PartLengths.Capacity(S3Profiles.Find("s3")!, 48L << 40, 16L << 30) > 48L << 40);
    }

    [Fact]
    public void Parts_are_as_long_as_a_guess_needs_and_no_longer()
    {
        Assert.Equal(11 * PartBuffer.ChunkLength, PartLengths.LengthOf(1, Standard, null, 101L << 30, Memory));
        Assert.Equal(S3Profile.SmallestPart, PartLengths.LengthOf(1, Standard, null, 40L << 30, Memory));
        // Two at a time as long as that will do.
        Assert.Equal(Memory / 2, PartLengths.LengthOf(1, Standard, null, 156L << 30, Memory));
        Assert.Equal(17 * PartBuffer.ChunkLength, PartLengths.LengthOf(1, Standard, null, 157L << 30, Memory));
    }

    [Fact]
    public void Where_parts_must_be_equal_they_are()
    {
        var profile = S3Profiles.Find("cloudflare-r2")!;
        foreach (var likely in new[] { 0, 300L << 30 })
        {
            var first = PartLengths.LengthOf(1, profile, null, likely, Memory);
            Assert.All(Enumerable.Range(1, profile.MostParts), number => Assert.Equal(first, PartLengths.LengthOf(number, profile, null, likely, Memory)));
        }
        // More memory takes more, up to the largest object that the store has.
        Assert.Equal(10_000L * (64 << 20), PartLengths.Capacity(profile, 0, 1L << 30));
        Assert.Equal(10_000L * (512 << 20), PartLengths.Capacity(profile with { LargestObject = null }, 0, 8L << 30));
        Assert.Equal(profile.LargestObject, PartLengths.Capacity(profile, 0, 16L << 30));
    }

    [Theory]
    [InlineData("s3-compatible", 400L << 30, "-MemoryLimit")] // 10,000 parts of 32 MiB
    [InlineData("scaleway-objectstorage", 40L << 30, "-MemoryLimit")]
    [InlineData("cloudflare-r2", 400L << 30, "-MemoryLimit")]
    [InlineData("cloudflare-r2", 5L << 40, "takes no object so long")]
    [InlineData("wasabi", 5_000_000_000_001, "takes no object so long")]
    public void What_is_known_not_to_fit_is_refused_before(string provider, long length, string wayOut)
    {
        var plan = new PartPlan(S3Profiles.Find(provider)!, "a/b", ObjectContent.FromFactory(length, () => throw new InvalidOperationException()), Memory);
        var failure = Assert.Throws<StorageException>(plan.CheckBefore);
        Assert.Equal((StorageErrorKind.Misconfigured, "a/b"), (failure.Kind, failure.Path));
        Assert.Contains(wayOut, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3-compatible", 10_000)]
    [InlineData("scaleway-objectstorage", 1_000)]
    public void What_just_fits_is_not(string provider, int parts)
    {
        var profile = S3Profiles.Find(provider)!;
        new PartPlan(profile, "a/b", ObjectContent.FromFactory(parts * Memory, () => throw new InvalidOperationException()), Memory).CheckBefore();
        Assert.Throws<StorageException>(
            new PartPlan(profile, "a/b", ObjectContent.FromFactory((parts * Memory) + 1, () => throw new InvalidOperationException()), Memory).CheckBefore);
    }

    [Fact]
    public void A_better_guess_lengthens_the_parts_to_come_unless_all_must_be_equal()
    {
        var likely = 0L;
        var content = ObjectContent.FromStream(Stream.Null, () => likely);
        var standard = new PartPlan(Standard, "a", content, Memory);
        var equal = new PartPlan(S3Profiles.Find("cloudflare-r2")!, "a", content, Memory);
        var before = (standard.LengthOf(2), equal.LengthOf(2));
        likely = 300L << 30;
        Assert.True(standard.LengthOf(3) > before.Item1);
        Assert.Equal(before.Item2, equal.LengthOf(3));
    }
}
