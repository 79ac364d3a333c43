using CloudBackup.Tests.Support;
using CsCheck;

namespace CloudBackup.IntegrationTests.Import;

/// <summary>One step of a hand-made archive.</summary>
internal sealed record Member(int Kind, int Name, int Value);

/// <summary>A tar archive made member by member, as no single program would write it.</summary>
/// <param name="Members">The members.</param>
/// <param name="End">How it ends.</param>
internal sealed record MemberSequence(Member[] Members, int End)
{
    private const int Ends = 5;
    private const int SecondArchive = 4;
    private const int SparseMegabyte = 1_048_576;

    private static readonly string[] Names = ["data/a", "data/b", "data/c/d", "./data/e", "data//f", "data/./g", "/data/h", "data/i/j/k", ".//data/./l", "data/a"];

    private static readonly Action<HandMadeTar, string, Member>[] Kinds =
    [
        (tar, name, member) => tar.Add(name, content: Content(member)),
        (tar, name, member) => tar.Add(name, content: Content(member), change: block => HandMadeTar.Put(block, 100, "0000600")),
        (tar, name, member) => tar.Add(name, '\0', Content(member)),
        (tar, name, member) => tar.Add(name, '7', Content(member)),
        (tar, name, member) => tar.Add(name, '9', Content(member)),
        (tar, name, _) => tar.Add(name, '5'),
        (tar, name, _) => tar.Add(name + "/", '0'),
        (tar, name, _) => tar.Add(name + "/", '5'),
        (tar, name, member) => tar.Add(name, '2', link: $"to{member.Value}"),
        (tar, name, member) => tar.Add(name, '1', link: Name(member.Value)),
        (tar, name, member) => tar.Raw(HandMadeTar.Header(name, '1', member.Value, Name(member.Value))),
        (tar, name, member) => tar.Pax('x', ("path", $"{name}-{new string('p', member.Value % 200)}")).Add("short", content: Content(member)),
        (tar, name, member) => tar.Pax('x', ("mtime", $"1234567890.{member.Value}"), ("uid", "4000000"), ("gid", "7")).Add(name, content: Content(member)),
        (tar, name, member) => tar.Pax('x', ("size", "5"), ("comment", "c")).Raw(HandMadeTar.Header(name, '0', member.Value)).Raw("12345"u8.ToArray()),
        (tar, name, member) => tar.Pax('x', ("linkpath", $"{new string('l', member.Value % 300)}/t")).Add(name, '2', link: "short"),
        (tar, name, member) => tar.Pax('x', ("path", "data/never")).Pax('x', ("path", name)).Add("short", content: Content(member)),
        (tar, name, member) => Global(tar, member).Add(name, content: Content(member)),
        (tar, name, member) => Global(tar, member).Pax('x', ("uid", "12")).Add(name, content: Content(member)),
        (tar, name, member) => tar.Add("././@LongLink", 'L', $"{name}-{new string('n', member.Value % 200)}\0").Add("short", content: Content(member)),
        (tar, name, member) => tar.Add("././@LongLink", 'K', $"{new string('k', member.Value % 300)}/t\0").Add(name, '2', link: "short"),
        (tar, name, member) => tar.Add("././@LongLink", 'K', $"{new string('k', 150)}\0").Add("././@LongLink", 'L', $"{name}{new string('n', 120)}\0")
            .Add("short", '2', link: "short"),
        (tar, name, member) => tar.Add(name, content: Content(member), change: block => HandMadeTar.Put(block, 345, "data/prefix")),
        (tar, name, member) => tar.Add(name, content: Content(member), change: block => HandMadeTar.Put(block, 257, "ustar  \0")),
        (tar, name, member) => tar.Add(name, content: Content(member), change: block => HandMadeTar.Put(block, 257, "\0\0\0\0\0\0\0\0")),
        (tar, name, member) => tar.Add(name, content: Content(member), change: block => HandMadeTar.Put(block, 136, "\u0080\0\0\0\0\0\0\u0002\0\0\0\u0001")),
        (tar, name, member) => tar.Add(name, content: Content(member), change: block => HandMadeTar.Put(block, 108, $"\u0080\0\0\0\0{(char)(member.Value % 200)}\0\u0001")),
        (tar, name, member) => AddOldSparse(tar, name, member),
        (tar, name, member) => AddPaxSparse(tar, name, member, [("GNU.sparse.size", $"{SparseMegabyte}"), ("GNU.sparse.numblocks", "3"), ("GNU.sparse.offset", "512"),
            ("GNU.sparse.numbytes", "512"), ("GNU.sparse.offset", "70000"), ("GNU.sparse.numbytes", "512"), ("GNU.sparse.offset", $"{SparseMegabyte}"),
            ("GNU.sparse.numbytes", "0")], ""),
        (tar, name, member) => AddPaxSparse(tar, name, member, [("GNU.sparse.size", $"{SparseMegabyte}"), ("GNU.sparse.numblocks", "3"),
            ("GNU.sparse.map", $"512,512,70000,512,{SparseMegabyte},0"), ("GNU.sparse.name", name)], ""),
        (tar, name, member) => AddPaxSparse(tar, name, member, [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", name),
            ("GNU.sparse.realsize", $"{SparseMegabyte}")], $"3\n512\n512\n70000\n512\n{SparseMegabyte}\n0\n".PadRight(512, '\0')),
        (tar, _, _) => tar.Add("label", 'V', change: block => HandMadeTar.Put(block, 100, "0000000")),
    ];

    /// <summary>Any sequence.</summary>
    public static Gen<MemberSequence> Any { get; } = Gen.Select(
        Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Int[0, 11], Gen.Int[0, 999]).Select((kind, name, value) => new Member(kind, name, value)).Array[1, 8],
        Gen.Int[0, Ends]).Select((members, end) => new MemberSequence(members, end));

    /// <summary>Whether a second archive follows.</summary>
    public bool IsJoined => End == SecondArchive;

    /// <summary>The archive.</summary>
    public byte[] Make()
    {
        var tar = new HandMadeTar().Add("data", '5');
        for (var i = 0; i < Members.Length; i++)
        {
            // Most names are there once.
            Kinds[Members[i].Kind](tar, Members[i].Name < 8 ? $"{Name(Members[i].Name)}{i}" : Name(Members[i].Name), Members[i]);
        }
        return End switch
        {
            0 => tar.Finished,
            1 => tar.Bytes,
            2 => [.. tar.Bytes, .. new byte[512]],
            3 => [.. tar.Bytes, .. new byte[10_240]],
            SecondArchive => [.. tar.Finished, .. new HandMadeTar().Add("data/second", content: "second").Finished],
            _ => [.. tar.Bytes, .. new byte[1024], .. new byte[300]],
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{string.Join(' ', Members.AsEnumerable())} end {End}";

    private static string Name(int number) => Names[number % Names.Length];

    private static string Content(Member member) => new((char)('a' + (member.Value % 26)), member.Value);

    /// <summary>To GNU tar a second global header takes back all of the first; to POSIX only what both say.</summary>
    private static HandMadeTar Global(HandMadeTar tar, Member member) =>
        tar.Pax('g', ("mtime", $"11{member.Value:D8}"), ("uid", $"{member.Value}"), ("comment", "g"));

    /// <summary>A file that ends with a hole, which an empty stretch at its end marks.</summary>
    private static void AddOldSparse(HandMadeTar tar, string name, Member member)
    {
        var stretches = member.Value % 60;
        var size = (stretches * 65_536L) + 70_000;
        var map = Enumerable.Range(0, stretches).Select(i => (Offset: i * 65_536L, Length: 512L)).Append((size, 0)).ToList();
        tar.Raw(HandMadeTar.Header(name, 'S', stretches * 512, change: block =>
        {
            HandMadeTar.Put(block, 257, "ustar  \0");
            PutMap(block, 386, map.Take(4));
            block[482] = map.Count > 4 ? (byte)1 : (byte)0;
            HandMadeTar.Put(block, 483, Octal(size));
        }));
        for (var first = 4; first < map.Count; first += 21)
        {
            var block = new byte[512];
            PutMap(block, 0, map.Skip(first).Take(21));
            block[504] = map.Count > first + 21 ? (byte)1 : (byte)0;
            tar.Raw(block);
        }
        tar.Raw([.. Enumerable.Range(0, stretches * 512).Select(i => (byte)(1 + (i % 255)))]);
    }

    private static void PutMap(byte[] block, int at, IEnumerable<(long Offset, long Length)> map)
    {
        foreach (var (offset, length) in map)
        {
            HandMadeTar.Put(block, at, Octal(offset));
            HandMadeTar.Put(block, at + 12, Octal(length));
            at += 24;
        }
    }

    private static string Octal(long number) => Convert.ToString(number, 8).PadLeft(11, '0');

    private static void AddPaxSparse(HandMadeTar tar, string name, Member member, (string, string)[] records, string map) =>
        tar.Pax('x', records).Add(name, content: map + new string((char)('a' + (member.Value % 26)), 1024));
}
