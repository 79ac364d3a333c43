using System.IO.Compression;
using System.Text;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.Import;

/// <summary>Archives of some kilobytes that unpack to very much of something.</summary>
internal static class HostileArchives
{
    private const int MostPayload = 16 * 1024 * 1024;

    /// <summary>The archives by name.</summary>
    public static IReadOnlyDictionary<string, Action<string>> All { get; } = new Dictionary<string, Action<string>>
    {
        ["a name of 100,000 folders"] = path => Tar(path, tar => Pax(tar, "path", $"data/{Folders(100_000)}", "data/f")),
        ["a name of the longest kind"] = path => Tar(path, tar => Pax(tar, "path", $"data/{Folders(2040)}", "data/f")),
        ["a sparse file with a long name"] = path => Tar(path, tar =>
        {
            Payload(tar, 'x', Record("GNU.sparse.major", "1") + Record("GNU.sparse.minor", "0") + Record("GNU.sparse.realsize", "0")
                + Record("GNU.sparse.name", Folders(8_000_000)));
            tar.Write(HandMadeTar.Header("data/f", '0', 0));
        }),
        ["folders with long names"] = path => Tar(path, tar => Repeat(100_000, i => Pax(tar, "path", $"data/{Folders(100)}{Long(3000)}{i}", "data/f", '5'))),
        ["folders whose owners have long names"] = path => Tar(path, tar => Repeat(60, i => Pax(tar, "uname", new string('o', MostPayload - 100), $"data/{i}", '5'))),
        ["folders with large attributes"] = path => Tar(path, tar => Repeat(400, i => Pax(tar, "SCHILY.xattr.user.a", new string('a', 4_000_000), $"data/{i}", '5'))),
        ["links before their files"] = path => Tar(path, tar => Repeat(100_000, i => Pax(tar, "linkpath", $"data/{Long(4000)}{i}", $"data/{i}", '1'))),
        ["links with long targets"] = path => Tar(path, tar => Repeat(20_000, i => Pax(tar, "linkpath", Long(4000), $"data/{i}", '2'))),
        ["a long access list"] = path => Tar(path, tar => Pax(tar, "SCHILY.acl.access", string.Concat(Enumerable.Range(0, 700_000).Select(i => $"u:name{i}:rwx,")), "data/f")),
        ["many tiny records"] = path => Tar(path, tar => Repeat(4, i => Payload(tar, 'x', string.Concat(Enumerable.Repeat("6 a=b\n", MostPayload / 6))))),
        ["large headers"] = path => Tar(path, tar => Repeat(20, i => Pax(tar, "comment", new string('c', MostPayload - 100), $"data/{i}"))),
        ["large global headers"] = path => Tar(path, tar => Repeat(20, i => Payload(tar, 'g', Record($"comment{i}", new string('c', MostPayload - 100))))),
        ["a sparse map of the largest kind"] = path => Tar(path, tar =>
        {
            Payload(tar, 'x', Record("GNU.sparse.size", "8000000000000")
                + Record("GNU.sparse.map", string.Join(',', Enumerable.Range(0, 800_000).Select(i => $"{i * 1000L},1"))));
            tar.Write(HandMadeTar.Header("data/f", '0', 800_000));
            tar.Write(new byte[800_256]);
        }),
        ["many tiny files"] = path => Tar(path, tar => Repeat(100_000, i => tar.Write(HandMadeTar.Header($"data/{i}", '0', 0)))),
        ["a zip name of 32,760 levels"] = path => HandMadeZip.Write(path, new ZipItem(Folders(32_760), "f")),
        ["a zip name of the most levels"] = path => HandMadeZip.Write(path, new ZipItem($"data/{Folders(2040)}", "f")),
        ["a zip that says it has very many entries"] = path => LyingZip(path, long.MaxValue),
        ["a zip that says it has a negative number of entries"] = path => LyingZip(path, -1),
    };

    private static string Folders(int count) => string.Concat(Enumerable.Repeat("a/", count - 1)) + "a";

    private static string Long(int count) => string.Join('/', Enumerable.Repeat(new string('l', 199), count / 200));

    private static void Repeat(int count, Action<int> action)
    {
        for (var i = 0; i < count; i++)
        {
            action(i);
        }
    }

    private static void Tar(string path, Action<Stream> write)
    {
        using var tar = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        tar.Write(HandMadeTar.Header("data", '5', 0));
        write(tar);
        tar.Write(new byte[1024]);
    }

    private static void Pax(Stream tar, string key, string value, string name, char type = '0')
    {
        Payload(tar, 'x', Record(key, value));
        tar.Write(HandMadeTar.Header(name, type, 0));
    }

    private static void Payload(Stream tar, char type, string records)
    {
        var bytes = Encoding.UTF8.GetBytes(records);
        tar.Write(HandMadeTar.Header("PaxHeader", type, bytes.Length));
        tar.Write(bytes);
        tar.Write(new byte[(512 - (bytes.Length % 512)) % 512]);
    }

    private static string Record(string key, string value)
    {
        var rest = key.Length + value.Length + 3;
        var length = rest + $"{rest}".Length;
        length = rest + $"{length}".Length;
        return $"{length} {key}={value}\n";
    }

    /// <summary>A zip64 whose end record says how many entries there are.</summary>
    private static void LyingZip(string path, long count)
    {
        HandMadeZip.Write(path, new ZipItem("data/f", "f"));
        var zip = File.ReadAllBytes(path);
        var directory = zip[..^22];
        var end = zip[^22..];
        using var file = new BinaryWriter(File.Create(path));
        file.Write(directory);
        file.Write("PK\u0006\u0006"u8);
        file.Write(44L); // what follows of it
        file.Write(0x2D_002D);
        file.Write(0L); // numbers of disks
        file.Write(count);
        file.Write(count);
        file.Write((long)BitConverter.ToUInt32(end, 12));
        file.Write((long)BitConverter.ToUInt32(end, 16));
        file.Write("PK\u0006\u0007"u8);
        file.Write(0);
        file.Write((long)directory.Length);
        file.Write(1);
        file.Write(end);
    }
}
