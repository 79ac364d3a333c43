Describe 'Export-BackupSite' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'writes the default site as JSON' {
        $file = Export-BackupSite -Path "$root/site.json"
        $file | Should -BeOfType System.IO.FileInfo
        $content = Get-Content -LiteralPath $file -Raw | ConvertFrom-Json
        $content.site.name | Should -Be local
        $content.site.settings.path | Should -Be "$root/site"
        $content.encrypted | Should -BeFalse
        $content.PSObject.Properties.Name | Should -Not -Contain backupId
    }

    It 'takes a backup from the pipeline, and says that it is encrypted' {
        Set-BackupSite local -Password (ConvertTo-SecureString -AsPlainText 'correct horse')
        $backup = New-PlatformBackup
        $content = $backup | Export-BackupSite -Path "$root/move.json" | Get-Content -Raw | ConvertFrom-Json
        $content.backupId | Should -Be $backup.Id
        $content.remotePath | Should -Be $backup.RemotePath
        $content.encrypted | Should -BeTrue
        Get-Content -LiteralPath "$root/move.json" -Raw | Should -Not -Match 'horse'
    }

    It 'replaces a file only with -Force' {
        $null = Export-BackupSite local "$root/site.json"
        { Export-BackupSite local "$root/site.json" -ErrorAction Stop } |
            Should -Throw -ErrorId 'ConfigFileUnwritable,CloudBackup.Commands.ExportBackupSiteCommand'
        Export-BackupSite local "$root/site.json" -Force | Should -Exist
    }

    It 'writes nothing with -WhatIf' {
        Export-BackupSite local "$root/site.json" -WhatIf | Should -BeNullOrEmpty
        "$root/site.json" | Should -Not -Exist
    }
}
