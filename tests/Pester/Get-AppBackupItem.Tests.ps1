Describe 'Get-AppBackupItem' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
    }

    It 'lists everything in a backup that is named' {
        $items = Get-AppBackupItem $backup.Id
        $items | Should -HaveCount $backup.FileCount
        $items[0] | Should -BeOfType CloudBackup.BackupItem
        $page = $items | Where-Object Path -EQ data/page.txt
        $page.Size | Should -Be (Get-Item "$root/data/page.txt").Length
        $page.Sha256 | Should -Be (Get-FileHash "$root/data/page.txt").Hash
        $page.Modified.UtcDateTime | Should -Be (Get-Item "$root/data/page.txt").LastWriteTimeUtc
    }

    It 'takes ids and backups from the pipeline' {
        ($backup.Id | Get-AppBackupItem).Path | Should -Contain data/photo.jpg
        (Get-AppBackup | Get-AppBackupItem).Path | Should -Contain data/photo.jpg
    }

    It 'takes wildcards and folders' {
        (Get-AppBackupItem $backup.Id *.jpg, data/docs).Path | Should -Be data/docs, data/docs/empty, 'data/docs/naïve ☃.txt', data/photo.jpg
        Get-AppBackupItem $backup.Id *.nothing | Should -BeNullOrEmpty
    }

    It 'lists folders of the format Rsync the same' {
        Set-BackupSite local -Format Rsync
        $folder = New-AppBackup wiki.example.com
        (Get-AppBackupItem $folder.Id data).Path | Should -Be (Get-AppBackupItem $backup.Id data).Path
    }

    It 'names a backup and an item that do not exist' {
        { Get-AppBackupItem nothing -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,CloudBackup.Commands.GetAppBackupItemCommand'
        { Get-AppBackupItem $backup.Id data/none -ErrorAction Stop } |
            Should -Throw -ErrorId 'ItemNotFound,CloudBackup.Commands.GetAppBackupItemCommand'
    }
}
