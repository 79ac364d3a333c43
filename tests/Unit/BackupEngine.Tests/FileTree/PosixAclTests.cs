using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Import;
using CloudBackup.Source;
using CsCheck;

namespace CloudBackup.Tests.FileTree;

/// <summary>Access control lists as text, and what rights remain when they are lost.</summary>
public sealed class PosixAclTests
{
    private const string Unknown = "cloudbackup-nobody-has-this-name";

    [Theory]
    [InlineData("user::rw-\nuser:65534:rw-\ngroup::---\nmask::rw-\nother::---\n")]
    [InlineData("user::rw-,user:nobody:rw-:65534,group::---,mask::rw-,other::---")]
    [InlineData("user::rw-,user:odd-name:rw-:65534,group::---,mask::rw-,other::---")]
    [InlineData("u::rw-,u:65534:rw-,g::---,m:rw-,o:---")]
    [InlineData("user::rw-\t#effective:rw-\nuser:65534:rw-\ngroup::---\nmask::rw-\nother::---")]
    [InlineData("user::rw-,user:65534:rw-,group::---,other::---")]
    public void All_ways_to_write_a_list_are_read(string text)
    {
        var acl = PosixAcl.TryParse(text, out var unknown)!;
        Assert.Equal(0, unknown);
        Assert.Equal(
            "0200000001000600FFFFFFFF02000600FEFF000004000000FFFFFFFF10000600FFFFFFFF20000000FFFFFFFF",
            Convert.ToHexString(acl.ToBytes()));
        Assert.Equal(0, acl.ModeBits);
    }

    [Theory]
    [InlineData("")]
    [InlineData("user::rw-")]
    [InlineData("user::rwz,group::---,other::---")]
    [InlineData("nonsense")]
    [InlineData("owner@:rw-p--aARWcCos:-------:allow")]
    public void What_is_not_a_list_is_not_taken_for_one(string text) => Assert.Null(PosixAcl.TryParse(text, out _));

    [Theory]
    [InlineData(8_000, true)]
    [InlineData(8_200, false)]
    public void A_list_longer_than_Linux_keeps_is_not_read(int entries, bool isRead)
    {
        var users = string.Concat(Enumerable.Range(1, entries).Select(i => $"user:{i}:rw-,"));
        Assert.Equal(isRead, PosixAcl.TryParse($"user::rw-,{users}group::---,mask::rw-,other::---", out _) is not null);
    }

    [Fact]
    public void Without_the_list_nobody_has_more_rights_than_with_it() => Gen.Int[0, 7].Array[7].Sample(rights =>
    {
        var (owner, user, group, named, mask, other, mode) = (rights[0], rights[1], rights[2], rights[3], rights[4], rights[5], rights[6]);
        var text = $"user::{Text(owner)},user:7:{Text(user)},group::{Text(group)},group:8:{Text(named)},mask::{Text(mask)},other::{Text(other)}";
        var entry = Apply(text, (owner << 6) | (mask << 3) | other);
        Assert.Equal(owner, entry.Facts.Mode >> 6);
        Assert.Equal(mask, (entry.Facts.Mode >> 3) & 7);
        Assert.Equal(((group & mask) << 3) | other, PosixAcl.TryParse(text, out _)!.ModeBits);
        Assert.Equal(other, entry.Facts.Mode & 7);
        Assert.Equal("system.posix_acl_access", Assert.Single(entry.Facts.Attributes).Name);
        // The user that is not known here is in the group, or one of the others.
        var bits = PosixAcl.TryParse(text.Replace("user:7:", $"user:{Unknown}:", StringComparison.Ordinal), out _)!.ModeBits;
        Assert.Equal(0, ((bits >> 3) | bits) & 7 & ~user);
        bits = PosixAcl.TryParse(text.Replace("group:8:", $"group:{Unknown}:", StringComparison.Ordinal), out _)!.ModeBits;
        Assert.Equal(0, bits & 7 & ~named);
        Assert.Equal(0, Apply("broken", (mode << 3) | other).Facts.Mode & 0x3F);
    });

    [Fact]
    public void A_mode_that_shows_the_groups_rights_does_not_narrow_the_list() =>
        Assert.Equal(0x5FD, Apply("user::rwx,group::---,other::r-x,group:4321:r--,mask::rwx", 0x5C5).Facts.Mode); // as bsdtar writes both

    [Fact]
    public void A_list_of_another_model_that_denies_something_leaves_rights_to_the_owner_only()
    {
        Assert.Equal(0x1C0, Apply(null, 0x1ED, "user:bob:r-----a-R-c--s:-------:deny:1001,everyone@:r-x---a-R-c--s:-------:allow").Facts.Mode);
        Assert.Equal(0x1ED, Apply(null, 0x1ED, "everyone@:r-x---a-R-c--s:-------:allow").Facts.Mode);
    }

    private static IndexEntry Apply(string? access, int mode, string? nfs4 = null) => ForeignAcl.Apply(
        new IndexEntry { Facts = new EntryFacts { Path = "data/f", Kind = EntryKind.File, Mode = mode } },
        new AclTexts(access, null, nfs4),
        new ArchiveReading("archive", null, CancellationToken.None));

    private static string Text(int rights) => $"{((rights & 4) != 0 ? 'r' : '-')}{((rights & 2) != 0 ? 'w' : '-')}{((rights & 1) != 0 ? 'x' : '-')}";
}
