using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Conformance;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>The conformance suite against a real server, through the stack that a site gets.</summary>
public abstract class S3Conformance : StorageConformance
{
    private static readonly Dictionary<string, Task<string>> Buckets = [];

    private int _places;

    private protected abstract S3Server Server { get; }

    private protected virtual S3Profile Profile => S3Profiles.Find("s3-compatible")!;

    private protected override async Task UseAsync(Func<IBackupStorage, Task> test)
    {
        var place = $"{GetType().Name}/{TestContext.Current.TestMethod!.MethodName}/{TestContext.Current.Test!.UniqueID}-{_places++}";
        await using var storage = Server.OpenStack(await BucketAsync(), place, Profile);
        await test(storage);
        var partials = storage.As<IPartialUploads>()!.ListPartialsAsync("", TestContext.Current.CancellationToken);
        Assert.Equal(0, await partials.CountAsync(TestContext.Current.CancellationToken));
    }

    private Task<string> BucketAsync()
    {
        lock (Buckets)
        {
            return Buckets.TryGetValue(Server.Name, out var bucket) ? bucket : Buckets[Server.Name] = Server.MakeBucketAsync();
        }
    }
}

public sealed class CephConformance : S3Conformance
{
    private protected override S3Server Server => S3Server.Ceph;
}

/// <summary>The profile with the most of its own: rate, small bulk deletes, listings as they are; and the old list request.</summary>
public sealed class CephAsSpacesConformance : S3Conformance
{
    private protected override S3Server Server => S3Server.Ceph;

    private protected override S3Profile Profile => S3Profiles.Find("digitalocean-spaces")! with { ListVersion = 1, KeysPerDelete = 7 };
}

public sealed class SwiftConformance : S3Conformance
{
    private protected override S3Server Server => S3Server.Swift;
}

/// <summary>Amazon's profile with an endpoint: the SDK's checksums, and conditional writes.</summary>
public sealed class MotoAsAmazonConformance : S3Conformance
{
    private protected override S3Server Server => S3Server.Moto;

    private protected override S3Profile Profile => S3Profiles.Find("s3")!;
}

/// <summary>A store without bulk delete limits but with small copies: every copy of the suite above 64 KiB goes in parts.</summary>
public sealed class CephWithSmallCopiesConformance : S3Conformance
{
    private protected override S3Server Server => S3Server.Ceph;

    private protected override S3Profile Profile => S3Profiles.Find("exoscale-sos")! with { LargestCopy = 64 * 1024, CopyPart = S3Profile.SmallestPart };
}
